using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace NBomber.Engine;

/// <summary>Writes a check as it was written in C#, with the values of its variables.</summary>
internal static class ThresholdText
{
    internal static string Of(LambdaExpression check) => Write(check.Body);

    private static string Write(Expression node) => node switch
    {
        BinaryExpression binary => $"{Operand(binary.Left)} {Operator(binary)} {Operand(binary.Right)}",
        UnaryExpression { NodeType: ExpressionType.Not } not => $"!{Operand(not.Operand)}",
        // What C# converts by itself it does not say either.
        UnaryExpression { NodeType: ExpressionType.Convert } converted => Write(converted.Operand),
        MemberExpression member when Value(member) is { } value => Literal(value),
        MemberExpression { Expression: { } parent } member => $"{Write(parent)}.{member.Member.Name}",
        MethodCallExpression call when call.Method.IsDefined(typeof(ExtensionAttribute)) => $"{Write(call.Arguments[0])}.{call.Method.Name}({string.Join(", ", call.Arguments.Skip(1).Select(Write))})",
        MethodCallExpression { Object: { } target } call => $"{Write(target)}.{call.Method.Name}({string.Join(", ", call.Arguments.Select(Write))})",
        MethodCallExpression call => $"{call.Method.DeclaringType!.Name}.{call.Method.Name}({string.Join(", ", call.Arguments.Select(Write))})",
        ConstantExpression { Value: { } value } => Literal(value),
        _ => node.ToString(),
    };

    private static string Operand(Expression node) =>
        node is BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.OrElse or ExpressionType.Add or ExpressionType.Subtract } ? $"({Write(node)})" : Write(node);

    private static string Operator(BinaryExpression node) => node.NodeType switch
    {
        ExpressionType.LessThan => "<",
        ExpressionType.LessThanOrEqual => "<=",
        ExpressionType.GreaterThan => ">",
        ExpressionType.GreaterThanOrEqual => ">=",
        ExpressionType.Equal => "==",
        ExpressionType.NotEqual => "!=",
        ExpressionType.AndAlso => "&&",
        ExpressionType.OrElse => "||",
        ExpressionType.Add => "+",
        ExpressionType.Subtract => "-",
        ExpressionType.Multiply => "*",
        ExpressionType.Divide => "/",
        _ => node.NodeType.ToString(),
    };

    /// <summary>What a variable that the check closed over holds, or a static field; null for the figures' own members.</summary>
    private static object? Value(MemberExpression node)
    {
        var holder = node.Expression switch
        {
            ConstantExpression constant => constant.Value,
            MemberExpression parent => Value(parent),
            _ => null,
        };
        return node.Member switch
        {
            FieldInfo field when holder is not null || field.IsStatic => field.GetValue(holder),
            PropertyInfo property when holder is not null || property.GetMethod!.IsStatic => property.GetValue(holder),
            _ => null,
        };
    }

    private static string Literal(object value) => value switch
    {
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}

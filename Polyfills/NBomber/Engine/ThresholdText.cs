using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;

namespace NBomber.Engine;

/// <summary>Writes a check much as it was written in C#, with the values of its variables.</summary>
internal sealed class ThresholdText : ExpressionVisitor
{
    internal static string Of(LambdaExpression check)
    {
        var text = new ThresholdText().Visit(check.Body).ToString();
        // The whole is in parentheses, which C# would not need.
        return text is ['(', .. var inner, ')'] && !inner.Contains('(', StringComparison.Ordinal) ? inner : text;
    }

    /// <summary>A variable that the check closed over.</summary>
    protected override Expression VisitMember(MemberExpression node)
    {
        var known = Visit(node.Expression) as ConstantExpression;
        return (known, node.Member) switch
        {
            ({ Value: { } holder }, FieldInfo field) => Expression.Constant(field.GetValue(holder), node.Type),
            ({ Value: { } holder }, PropertyInfo property) => Expression.Constant(property.GetValue(holder), node.Type),
            (null, FieldInfo { IsStatic: true } field) => Expression.Constant(field.GetValue(null), node.Type),
            _ => base.VisitMember(node),
        };
    }

    /// <summary>A conversion that C# makes by itself: <c>Convert(5, Double)</c> is 5.</summary>
    protected override Expression VisitUnary(UnaryExpression node) =>
        node.NodeType == ExpressionType.Convert && Visit(node.Operand) is ConstantExpression { Value: IConvertible value } && node.Type.IsPrimitive
            ? Expression.Constant(Convert.ChangeType(value, node.Type, CultureInfo.InvariantCulture), node.Type)
            : base.VisitUnary(node);
}

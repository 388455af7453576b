using System.Numerics.Tensors;

namespace Platform.Emulators.Cosmos.Queries;

/// <summary><c>VectorDistance(a, b)</c>, exact: by the options' function, or the container's for the path.</summary>
internal sealed class VectorDistance : Expression
{
    private readonly Expression _left;
    private readonly Expression _right;
    private readonly DistanceFunction _function;
    private readonly int _path;
    private readonly float[]? _constant;

    private VectorDistance(Expression left, Expression right, DistanceFunction function, int path, float[]? constant) =>
        (_left, _right, _function, _path, _constant) = (left, right, function, path, constant);

    /// <summary>Whether the greater is the more similar.</summary>
    internal bool IsSimilarity => _function != DistanceFunction.Euclidean;

    internal static VectorDistance Of(List<Expression> arguments, VectorPolicy policy, Token at)
    {
        var (left, right) = (arguments[0], arguments[1]);
        // Of the two, the one that is in the item.
        if (PathOf(left, policy) < 0 && PathOf(right, policy) >= 0)
            (left, right) = (right, left);
        var path = PathOf(left, policy);
        var function = arguments.Count == 4 ? FunctionOf(arguments[3], at) : null;
        var constant = right is Constant { Value: { Kind: ValueKind.Array } value } && new float[value.Count] is var numbers && value.TryReadNumbers(numbers) ? numbers : null;
        return new VectorDistance(left, right, function ?? (path >= 0 ? policy.Paths[path].Function : DistanceFunction.Cosine), path, constant);
    }

    internal override Value Evaluate(Frame frame)
    {
        var left = _path >= 0 && frame.Vectors is { } vectors ? vectors[_path] : Numbers(_left.Evaluate(frame));
        var right = _constant ?? Numbers(_right.Evaluate(frame));
        if (left is null || right is null || left.Length != right.Length || left.Length == 0)
            return Value.Undefined;
        return Value.Of(_function switch
        {
            DistanceFunction.DotProduct => TensorPrimitives.Dot<float>(left, right),
            DistanceFunction.Euclidean => TensorPrimitives.Distance<float>(left, right),
            _ => TensorPrimitives.CosineSimilarity<float>(left, right),
        });
    }

    private static int PathOf(Expression expression, VectorPolicy policy) =>
        expression is Member { Path: { } path } ? policy.Paths.ToList().FindIndex(candidate => candidate.Path == path) : -1;

    private static DistanceFunction? FunctionOf(Expression options, Token at)
    {
        var name = options is ObjectLiteral ? options.Evaluate(new Frame(0, 0)).Member("distanceFunction") : Value.Undefined;
        if (name.Kind != ValueKind.String)
            return null;
        return name.Text.ToUpperInvariant() switch
        {
            "COSINE" => DistanceFunction.Cosine,
            "DOTPRODUCT" => DistanceFunction.DotProduct,
            "EUCLIDEAN" => DistanceFunction.Euclidean,
            _ => throw new QueryException("SC2208", $"'{name.Text}' is no distance function: cosine, dotproduct or euclidean.", at.Start, at.End),
        };
    }

    private static float[]? Numbers(in Value value)
    {
        var numbers = value.Kind == ValueKind.Array ? new float[value.Count] : [];
        return value.TryReadNumbers(numbers) ? numbers : null;
    }
}

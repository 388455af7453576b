using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore.Storage;

namespace Pgvector.EntityFrameworkCore;

internal sealed class VectorTypeMapping : RelationalTypeMapping
{
    private static readonly ConstructorInfo FromText = typeof(Vector).GetConstructor([typeof(string)])!;

    public VectorTypeMapping(string storeType, int? size)
        : this(new RelationalTypeMappingParameters(
            new CoreTypeMappingParameters(typeof(Vector)), storeType, StoreTypePostfix.Size, size: size, fixedLength: size is not null))
    {
    }

    private VectorTypeMapping(RelationalTypeMappingParameters parameters)
        : base(parameters)
    {
    }

    protected override string SqlLiteralFormatString => "'{0}'::vector";

    // A migration's C# cannot say a float[] here: EF would write 2.5 without its f.
    public override Expression GenerateCodeLiteral(object value)
        => Expression.New(FromText, Expression.Constant(((Vector)value).ToString()));

    protected override RelationalTypeMapping Clone(RelationalTypeMappingParameters parameters)
        => new VectorTypeMapping(parameters);
}

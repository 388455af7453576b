using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql.EntityFrameworkCore.PostgreSQL.Query.Expressions.Internal;

namespace Pgvector.EntityFrameworkCore;

internal sealed class VectorDbFunctionsTranslatorPlugin(
    ISqlExpressionFactory sqlExpressionFactory, IRelationalTypeMappingSource typeMappingSource) : IMethodCallTranslatorPlugin
{
    public IEnumerable<IMethodCallTranslator> Translators { get; } =
        [new DistanceTranslator(sqlExpressionFactory, typeMappingSource)];

    private sealed class DistanceTranslator(
        ISqlExpressionFactory sqlExpressionFactory, IRelationalTypeMappingSource typeMappingSource) : IMethodCallTranslator
    {
        public SqlExpression? Translate(
            SqlExpression? instance, MethodInfo method, IReadOnlyList<SqlExpression> arguments,
            IDiagnosticsLogger<DbLoggerCategory.Query> logger)
        {
            if (method.DeclaringType != typeof(VectorDbFunctionsExtensions))
                return null;

            var binaryOperator = method.Name switch
            {
                nameof(VectorDbFunctionsExtensions.L2Distance) => "<->",
                nameof(VectorDbFunctionsExtensions.MaxInnerProduct) => "<#>",
                nameof(VectorDbFunctionsExtensions.CosineDistance) => "<=>",
                nameof(VectorDbFunctionsExtensions.L1Distance) => "<+>",
                _ => null,
            };
            if (binaryOperator is null)
                return null;

            // Both sides need the mapping: the signature says object, so EF cannot infer it for a parameter.
            var mapping = ExpressionExtensions.InferTypeMapping(arguments[0], arguments[1])
                ?? typeMappingSource.FindMapping(typeof(Vector));
            return new PgUnknownBinaryExpression(
                sqlExpressionFactory.ApplyTypeMapping(arguments[0], mapping),
                sqlExpressionFactory.ApplyTypeMapping(arguments[1], mapping),
                binaryOperator, typeof(double), typeMappingSource.FindMapping(typeof(double)));
        }
    }
}

using Microsoft.EntityFrameworkCore.Storage;

namespace Pgvector.EntityFrameworkCore;

internal sealed class VectorTypeMappingSourcePlugin : IRelationalTypeMappingSourcePlugin
{
    public RelationalTypeMapping? FindMapping(in RelationalTypeMappingInfo mappingInfo)
    {
        var asksForVector = mappingInfo.StoreTypeName is null
            ? mappingInfo.ClrType == typeof(Vector)
            : (mappingInfo.StoreTypeNameBase ?? mappingInfo.StoreTypeName) == "vector"
                && (mappingInfo.ClrType is null || mappingInfo.ClrType == typeof(Vector));

        return asksForVector ? new VectorTypeMapping(mappingInfo.StoreTypeName ?? "vector", mappingInfo.Size) : null;
    }
}

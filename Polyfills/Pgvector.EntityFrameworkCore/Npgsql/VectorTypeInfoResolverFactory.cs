using Npgsql.Internal;
using Npgsql.Internal.Postgres;

namespace Pgvector.Npgsql;

internal sealed class VectorTypeInfoResolverFactory : PgTypeInfoResolverFactory
{
    public override IPgTypeInfoResolver CreateResolver() => new Resolver(Scalars());

    public override IPgTypeInfoResolver CreateArrayResolver() => new Resolver(Arrays());

    private static TypeInfoMappingCollection Scalars()
    {
        var mappings = new TypeInfoMappingCollection();
        mappings.AddType<Vector>("vector",
            static (options, mapping, _) => mapping.CreateInfo(options, new VectorConverter()), isDefault: true);
        return mappings;
    }

    private static TypeInfoMappingCollection Arrays()
    {
        var mappings = new TypeInfoMappingCollection(Scalars());
        mappings.AddArrayType<Vector>("vector");
        return mappings;
    }

    private sealed class Resolver(TypeInfoMappingCollection mappings) : IPgTypeInfoResolver
    {
        public PgTypeInfo? GetTypeInfo(Type? type, DataTypeName? dataTypeName, PgSerializerOptions options)
            => mappings.Find(type, dataTypeName, options);
    }
}

using Npgsql.TypeMapping;
using Pgvector.Npgsql;

namespace Npgsql;

/// <summary>Teaches Npgsql the type <c>vector</c>.</summary>
public static class VectorExtensions
{
    /// <summary>Lets commands and COPY read and write <see cref="Pgvector.Vector"/> (and arrays of it).</summary>
    /// <param name="mapper">A data source builder.</param>
    /// <returns>The same <paramref name="mapper"/>.</returns>
    /// <remarks>
    /// Types are read when a data source opens its first connection. Where <c>CREATE EXTENSION vector</c> runs later
    /// than that, call <see cref="NpgsqlConnection.ReloadTypesAsync(CancellationToken)"/> (migrations do).
    /// </remarks>
    public static INpgsqlTypeMapper UseVector(this INpgsqlTypeMapper mapper)
    {
        ArgumentNullException.ThrowIfNull(mapper);
        mapper.AddTypeInfoResolverFactory(new VectorTypeInfoResolverFactory());
        return mapper;
    }
}

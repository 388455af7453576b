using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;
using Pgvector.EntityFrameworkCore;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Teaches EF Core the type <c>vector</c>.</summary>
public static class VectorDbContextOptionsBuilderExtensions
{
    /// <summary>
    /// Maps <see cref="Pgvector.Vector"/> to <c>vector</c> or, with <c>HasMaxLength(n)</c> or
    /// <c>HasColumnType("vector(n)")</c>, to <c>vector(n)</c>, and translates the distances of
    /// <see cref="VectorDbFunctionsExtensions"/>.
    /// </summary>
    /// <param name="optionsBuilder">The builder inside <c>UseNpgsql(…, o => o.UseVector())</c>.</param>
    /// <returns>The same <paramref name="optionsBuilder"/>.</returns>
    /// <remarks>
    /// A data source that EF Core makes from a connection string learns the type too. One that is handed to
    /// <c>UseNpgsql(dataSource)</c> needs <see cref="global::Npgsql.VectorExtensions.UseVector"/> of its own.
    /// </remarks>
    public static NpgsqlDbContextOptionsBuilder UseVector(this NpgsqlDbContextOptionsBuilder optionsBuilder)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        var options = ((IRelationalDbContextOptionsBuilderInfrastructure)optionsBuilder).OptionsBuilder;
        var extension = options.Options.FindExtension<VectorDbContextOptionsExtension>() ?? new();
        ((IDbContextOptionsBuilderInfrastructure)options).AddOrUpdateExtension(extension);
        return optionsBuilder;
    }
}

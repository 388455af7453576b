using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace Platform.Api.Data;

/// <summary>Gives every table, column, key and index its snake_case name; a name set explicitly stays.</summary>
internal sealed class SnakeCaseNames : IModelFinalizingConvention
{
    public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
    {
        foreach (var entity in modelBuilder.Metadata.GetEntityTypes())
        {
            entity.Builder.ToTable(Of(entity.GetTableName()!), entity.GetSchema());
            foreach (var property in entity.GetDeclaredProperties())
            {
                property.Builder.HasColumnName(Of(property.GetColumnName()));
            }
        }

        // Second, because the names of keys and indexes are made from those of tables and columns.
        foreach (var entity in modelBuilder.Metadata.GetEntityTypes())
        {
            foreach (var key in entity.GetDeclaredKeys())
            {
                key.Builder.HasName(Of(key.GetDefaultName()!));
            }

            foreach (var foreignKey in entity.GetDeclaredForeignKeys())
            {
                foreignKey.Builder.HasConstraintName(Of(foreignKey.GetDefaultName()!));
            }

            foreach (var index in entity.GetDeclaredIndexes())
            {
                index.Builder.HasDatabaseName(Of(index.GetDefaultDatabaseName()!));
            }
        }
    }

    /// <summary><c>CoverUrl</c> becomes <c>cover_url</c>, <c>PK_books</c> <c>pk_books</c>, <c>Isbn10</c> <c>isbn10</c>.</summary>
    internal static string Of(string name)
    {
        var snake = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = i > 0 && char.IsUpper(name[i]) && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord)
            {
                snake.Append('_');
            }

            snake.Append(char.ToLowerInvariant(name[i]));
        }

        return snake.ToString();
    }
}

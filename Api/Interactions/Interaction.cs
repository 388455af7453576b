using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Interactions;

/// <summary>What somebody did with a book, as their client told it; recommendations are made of these.</summary>
/// <remarks>Kept by time (interactions.sql). What happened with orders and reviews is in their rows, and not here.</remarks>
internal sealed class Interaction
{
    /// <summary>The schema of what is told of what happened.</summary>
    internal const string Schema = "telemetry";

    /// <summary>What can be done with a book; only the first three by somebody who is not logged in.</summary>
    internal static readonly string[] Kinds = ["view", "search-click", "cart-add", "shelf-add", "hide"];

    /// <summary>Kinds that are nobody's.</summary>
    internal static readonly string[] AnonymousKinds = Kinds[..3];

    /// <summary>Where a book is put by <c>shelf-add</c>.</summary>
    internal static readonly string[] Shelves = ["want", "reading", "read"];

    /// <summary>Made of whose it is and the id that the client gave it: the same when it is sent again.</summary>
    public Guid Id { get; init; }

    /// <summary>One of <see cref="Kinds"/>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Null for somebody who was not logged in.</summary>
    public Guid? UserId { get; init; }

    public Guid BookId { get; init; }

    /// <summary>The product that it was seen as; null for none.</summary>
    public Guid? ProductId { get; init; }

    /// <summary>One of <see cref="Shelves"/>, of <c>shelf-add</c> alone.</summary>
    public string? Shelf { get; init; }

    /// <summary>When, by the client's clock.</summary>
    public DateTimeOffset At { get; init; }

    private static string In(string[] values) => $"IN ({string.Join(", ", values.Select(value => $"'{value}'"))})";

    private sealed class Configuration : IEntityTypeConfiguration<Interaction>
    {
        public void Configure(EntityTypeBuilder<Interaction> builder)
        {
            builder.ToTable("interactions", Schema, table =>
            {
                table.HasCheckConstraint("ck_interactions_kind", $"kind {In(Kinds)}");
                table.HasCheckConstraint("ck_interactions_shelf", $"(kind = 'shelf-add') = (shelf IS NOT NULL) AND shelf {In(Shelves)}");
                table.HasCheckConstraint("ck_interactions_user_id", $"user_id IS NOT NULL OR kind {In(AnonymousKinds)}");
            });
            // A hypertable's keys hold the time.
            builder.HasKey(i => new { i.Id, i.At });
            builder.HasIndex(i => new { i.UserId, i.At });
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Interactions;

/// <summary>
/// That an interaction was taken: the unique key which a table that is kept by time cannot have. Of whose it was it says nothing.
/// It goes when the interaction would be refused for its age.
/// </summary>
internal sealed class InteractionKey
{
    /// <summary>The <see cref="Interaction.Id"/>.</summary>
    public Guid Id { get; init; }

    public DateTimeOffset ReceivedAt { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<InteractionKey>
    {
        public void Configure(EntityTypeBuilder<InteractionKey> builder)
        {
            builder.ToTable("interaction_keys", Interaction.Schema);
            builder.Property(k => k.Id).ValueGeneratedNever();
            builder.HasIndex(k => k.ReceivedAt);
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Identity;

/// <summary>Somebody who rates books. Accounts with credentials are not part of it.</summary>
internal sealed class User
{
    public Guid Id { get; init; }

    public required string UserName { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<User>
    {
        public void Configure(EntityTypeBuilder<User> builder)
        {
            builder.ToTable("users", "identity");
            builder.Property(u => u.Id).ValueGeneratedNever();
            builder.HasIndex(u => u.UserName).IsUnique();
        }
    }
}

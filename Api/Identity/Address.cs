using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Identity;

/// <summary>Where a user has things sent.</summary>
internal sealed class Address
{
    /// <summary>Longest line, in UTF-16 units.</summary>
    internal const int MaxLineLength = 200;

    /// <summary>Most addresses of one user.</summary>
    internal const int MaxPerUser = 50;

    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>Who receives it.</summary>
    public required string Name { get; set; }

    public required string Line1 { get; set; }

    public string? Line2 { get; set; }

    public required string City { get; set; }

    public string? Region { get; set; }

    public string? PostalCode { get; set; }

    /// <summary>ISO 3166-1 alpha-2, upper case.</summary>
    public required string Country { get; set; }

    public string? Phone { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>PostgreSQL's <c>xmin</c>.</summary>
    public uint Version { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<Address>
    {
        public void Configure(EntityTypeBuilder<Address> builder)
        {
            builder.ToTable("addresses", IdentitySchema.Name, table => table.HasCheckConstraint("ck_addresses_country", "country ~ '^[A-Z]{2}$'"));
            builder.Property(a => a.Id).ValueGeneratedNever();
            builder.Property(a => a.Version).HasColumnName("xmin").IsRowVersion();
            builder.HasOne<User>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(a => new { a.UserId, a.Id });
        }
    }
}

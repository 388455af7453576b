using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Identity;

/// <summary>What somebody may do; <see cref="Roles"/> names them all.</summary>
internal sealed class Role : IdentityRole<Guid>
{
    private sealed class Configuration : IEntityTypeConfiguration<Role>
    {
        public void Configure(EntityTypeBuilder<Role> builder)
        {
            builder.ToTable("roles", IdentitySchema.Name);
            builder.Property(r => r.Id).ValueGeneratedNever();
            builder.HasIndex(r => r.NormalizedName).IsUnique();
            builder.HasData(
                Of(new Guid("0199f000-0000-7000-8000-000000000001"), Roles.Admin),
                Of(new Guid("0199f000-0000-7000-8000-000000000002"), Roles.Librarian),
                Of(new Guid("0199f000-0000-7000-8000-000000000003"), Roles.Member));
        }

        private static Role Of(Guid id, string name) =>
            new() { Id = id, Name = name, NormalizedName = name.ToUpperInvariant(), ConcurrencyStamp = name };
    }

    private sealed class MembershipConfiguration : IEntityTypeConfiguration<IdentityUserRole<Guid>>
    {
        public void Configure(EntityTypeBuilder<IdentityUserRole<Guid>> builder)
        {
            builder.ToTable("user_roles", IdentitySchema.Name);
            builder.HasKey(m => new { m.UserId, m.RoleId });
            builder.HasOne<User>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<Role>().WithMany().HasForeignKey(m => m.RoleId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Identity;

/// <summary>Somebody with an account, or a reader whose ratings were imported and who cannot log in.</summary>
/// <remarks>The e-mail address is the name one logs in with; an imported reader has none, and no password.</remarks>
internal sealed class User : IdentityUser<Guid>
{
    /// <summary>The longest name shown, in UTF-16 units.</summary>
    internal const int MaxDisplayNameLength = 100;

    /// <summary>Until when an account is locked that an administrator locked: <c>infinity</c>. Wrong passwords lock for a time, and only logins.</summary>
    internal static readonly DateTimeOffset LockedForGood = DateTimeOffset.MaxValue;

    /// <summary>What others see; null for none.</summary>
    public string? DisplayName { get; set; }

    /// <summary>Which loan limits hold: a <see cref="UserType.Code"/>.</summary>
    public string Type { get; set; } = UserType.Usual;

    public DateTimeOffset CreatedAt { get; init; }

    private sealed class Configuration : IEntityTypeConfiguration<User>
    {
        public void Configure(EntityTypeBuilder<User> builder)
        {
            builder.ToTable("users", IdentitySchema.Name, table => table.HasCheckConstraint("ck_users_display_name", "display_name <> ''"));
            builder.Property(u => u.Id).ValueGeneratedNever();
            builder.Property(u => u.UserName).IsRequired();
            builder.Ignore(u => u.PhoneNumber).Ignore(u => u.PhoneNumberConfirmed).Ignore(u => u.TwoFactorEnabled);
            builder.Property(u => u.ConcurrencyStamp).IsConcurrencyToken();
            builder.Property(u => u.Type).HasColumnName("user_type").HasDefaultValue(UserType.Usual);
            builder.HasOne<UserType>().WithMany().HasForeignKey(u => u.Type).OnDelete(DeleteBehavior.Restrict);
            // The normalized forms are what is looked up; both are the upper-case of what was given.
            builder.HasIndex(u => u.UserName).IsUnique();
            builder.HasIndex(u => u.NormalizedUserName).IsUnique();
            builder.HasIndex(u => u.NormalizedEmail).IsUnique();
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Api.Identity;

/// <summary>A kind of reader, and how much one of them may borrow. Rows, not code: a library adds its own.</summary>
internal sealed class UserType
{
    /// <summary>What a new account is.</summary>
    internal const string Usual = "reader";

    /// <summary>Lower-case letters and <c>_</c>.</summary>
    public required string Code { get; init; }

    public required string Name { get; set; }

    /// <summary>Loans at one time.</summary>
    public int LoanLimit { get; set; }

    /// <summary>Days of one loan.</summary>
    public int LoanDays { get; set; }

    private sealed class Configuration : IEntityTypeConfiguration<UserType>
    {
        public void Configure(EntityTypeBuilder<UserType> builder)
        {
            builder.ToTable("user_types", IdentitySchema.Name, table =>
            {
                table.HasCheckConstraint("ck_user_types_code", "code ~ '^[a-z_]{1,40}$'");
                table.HasCheckConstraint("ck_user_types_limits", "loan_limit >= 0 AND loan_days > 0");
            });
            builder.HasKey(t => t.Code);
            builder.HasData(
                new UserType { Code = Usual, Name = "Reader", LoanLimit = 5, LoanDays = 21 },
                new UserType { Code = "student", Name = "Student", LoanLimit = 10, LoanDays = 28 },
                new UserType { Code = "teacher", Name = "Teacher", LoanLimit = 20, LoanDays = 56 },
                new UserType { Code = "researcher", Name = "Researcher", LoanLimit = 40, LoanDays = 84 },
                new UserType { Code = "child", Name = "Child", LoanLimit = 10, LoanDays = 28 });
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Platform.Api.Data.Migrations
{
    /// <inheritdoc />
    public partial class OrdersOfNobody : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<Guid>(
                name: "user_id",
                schema: "store",
                table: "orders",
                type: "uuid",
                nullable: true,
                oldClrType: typeof(Guid),
                oldType: "uuid");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // They were somebody's, whom nobody knows any more.
            migrationBuilder.Sql("""
                DO $$
                DECLARE nobody uuid := gen_random_uuid();
                BEGIN
                  PERFORM set_config('platform.staff', 'on', true);
                  IF EXISTS (SELECT FROM store.orders WHERE user_id IS NULL) THEN
                    INSERT INTO identity.users (id, user_name, normalized_user_name, created_at) VALUES (nobody, nobody, upper(nobody::text), now());
                    UPDATE store.orders SET user_id = nobody WHERE user_id IS NULL;
                  END IF;
                END $$;
                ALTER TABLE store.orders ALTER COLUMN user_id SET NOT NULL;
                """);
        }
    }
}

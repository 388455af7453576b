using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Platform.Api.Data.Migrations
{
    /// <inheritdoc />
    public partial class Interactions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "telemetry");
            migrationBuilder.GrantSchema("telemetry");

            migrationBuilder.CreateTable(
                name: "interaction_keys",
                schema: "telemetry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_interaction_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "interactions",
                schema: "telemetry",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    book_id = table.Column<Guid>(type: "uuid", nullable: false),
                    product_id = table.Column<Guid>(type: "uuid", nullable: true),
                    shelf = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_interactions", x => new { x.id, x.at });
                    table.CheckConstraint("ck_interactions_kind", "kind IN ('view', 'search-click', 'cart-add', 'shelf-add', 'hide')");
                    table.CheckConstraint("ck_interactions_shelf", "(kind = 'shelf-add') = (shelf IS NOT NULL) AND shelf IN ('want', 'reading', 'read')");
                    table.CheckConstraint("ck_interactions_user_id", "user_id IS NOT NULL OR kind IN ('view', 'search-click', 'cart-add')");
                    table.ForeignKey(
                        name: "fk_interactions_users_user_id",
                        column: x => x.user_id,
                        principalSchema: "identity",
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_interaction_keys_received_at",
                schema: "telemetry",
                table: "interaction_keys",
                column: "received_at");

            migrationBuilder.CreateIndex(
                name: "ix_interactions_user_id_at",
                schema: "telemetry",
                table: "interactions",
                columns: new[] { "user_id", "at" });

            migrationBuilder.Sql(EmbeddedSql.Read("interactions"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("ALTER TABLE store.reviews REPLICA IDENTITY DEFAULT");

            migrationBuilder.DropTable(
                name: "interaction_keys",
                schema: "telemetry");

            migrationBuilder.DropTable(
                name: "interactions",
                schema: "telemetry");

            migrationBuilder.DropSchema(name: "telemetry");
        }
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Platform.Api.Data.Migrations
{
    /// <inheritdoc />
    public partial class StoreCompletion : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "method",
                schema: "store",
                table: "payments",
                type: "text",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_reviews_book_id_id",
                schema: "store",
                table: "reviews",
                columns: new[] { "book_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_products_status_title_id",
                schema: "store",
                table: "products",
                columns: new[] { "status", "title", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_payments_created_at",
                schema: "store",
                table: "payments",
                column: "created_at",
                filter: "status = 'requested'");

            migrationBuilder.CreateIndex(
                name: "ix_orders_status_id",
                schema: "store",
                table: "orders",
                columns: new[] { "status", "id" });

            // To the ledger one can only add: nor is it emptied.
            migrationBuilder.Sql("""
                CREATE TRIGGER refuse_stock_truncate BEFORE TRUNCATE ON store.stock_movements
                    FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_stock_rewrite()
                """);
            migrationBuilder.Sql(EmbeddedSql.Read("platform_work"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP POLICY old_deleted ON ops.idempotency_records;
                DROP POLICY old_seen ON ops.idempotency_records;
                DROP POLICY abandoned_deleted ON store.carts;
                DROP POLICY abandoned_seen ON store.carts;
                DROP FUNCTION ops.is_platform();
                DROP TRIGGER refuse_stock_truncate ON store.stock_movements
                """);

            migrationBuilder.DropIndex(
                name: "ix_reviews_book_id_id",
                schema: "store",
                table: "reviews");

            migrationBuilder.DropIndex(
                name: "ix_products_status_title_id",
                schema: "store",
                table: "products");

            migrationBuilder.DropIndex(
                name: "ix_payments_created_at",
                schema: "store",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "ix_orders_status_id",
                schema: "store",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "method",
                schema: "store",
                table: "payments");
        }
    }
}

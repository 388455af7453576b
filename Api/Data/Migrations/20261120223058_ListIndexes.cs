using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Platform.Api.Data.Migrations
{
    /// <inheritdoc />
    public partial class ListIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_books_deleted",
                schema: "catalog",
                table: "books",
                column: "id",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_books_published_year_title_id",
                schema: "catalog",
                table: "books",
                columns: new[] { "published_year", "title", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_authors_name",
                schema: "catalog",
                table: "authors",
                column: "name",
                filter: "deleted_at IS NULL")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "gin_trgm_ops" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_books_deleted",
                schema: "catalog",
                table: "books");

            migrationBuilder.DropIndex(
                name: "ix_books_published_year_title_id",
                schema: "catalog",
                table: "books");

            migrationBuilder.DropIndex(
                name: "ix_authors_name",
                schema: "catalog",
                table: "authors");
        }
    }
}

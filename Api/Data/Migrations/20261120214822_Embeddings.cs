using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Pgvector;
using Platform.Api.Catalog.Embeddings;

#nullable disable

namespace Platform.Api.Data.Migrations
{
    /// <inheritdoc />
    public partial class Embeddings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "book_embeddings",
                schema: "catalog",
                columns: table => new
                {
                    book_id = table.Column<Guid>(type: "uuid", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    text_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    embedding = table.Column<Vector>(type: "vector(256)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_book_embeddings", x => x.book_id);
                    table.ForeignKey(
                        name: "fk_book_embeddings_books_book_id",
                        column: x => x.book_id,
                        principalSchema: "catalog",
                        principalTable: "books",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_book_embeddings_embedding",
                schema: "catalog",
                table: "book_embeddings",
                column: "embedding")
                .Annotation("Npgsql:IndexMethod", "hnsw")
                .Annotation("Npgsql:IndexOperators", new[] { "vector_cosine_ops" });

            migrationBuilder.CreateEmbeddingQueue();
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropEmbeddingQueue();

            migrationBuilder.DropTable(
                name: "book_embeddings",
                schema: "catalog");
        }
    }
}

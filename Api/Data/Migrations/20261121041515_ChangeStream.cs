using Microsoft.EntityFrameworkCore.Migrations;
using Platform.ChangeStream;

#nullable disable

namespace Platform.Api.Data.Migrations
{
    /// <inheritdoc />
    public partial class ChangeStream : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(ChangeStreamSchema.Create);
            migrationBuilder.Sql(EmbeddedSql.Read("publication"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP PUBLICATION platform;
                ALTER TABLE store.product_variants REPLICA IDENTITY DEFAULT;
                ALTER TABLE store.product_images REPLICA IDENTITY DEFAULT;
                ALTER TABLE catalog.book_identifiers REPLICA IDENTITY DEFAULT;
                REVOKE ALL ON ALL TABLES IN SCHEMA catalog, store, identity, ops FROM platform_replicator;
                REVOKE ALL (book_id) ON catalog.book_embeddings FROM platform_replicator;
                REVOKE ALL (id, user_type) ON identity.users FROM platform_replicator;
                REVOKE ALL (id, user_id, revoked_at) ON identity.sessions FROM platform_replicator;
                REVOKE ALL ON SCHEMA catalog, store, identity, ops FROM platform_replicator;
                """);
            migrationBuilder.Sql(ChangeStreamSchema.Drop);
        }
    }
}

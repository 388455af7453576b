using Microsoft.EntityFrameworkCore.Migrations;

namespace Platform.Api.Data;

/// <summary>Who may do what in a capability's schema, said in the migration that makes the schema.</summary>
internal static class SchemaPrivileges
{
    /// <summary>
    /// Lets <c>platform_app</c> read and write rows, and <c>platform_reader</c> read them, in every table that
    /// <c>platform_owner</c> makes in <paramref name="schema"/> from now on. Call it before the first CREATE TABLE. Nobody
    /// but the owner gets DDL or TRUNCATE. Dropping the schema takes it all back.
    /// </summary>
    /// <param name="migrationBuilder">The migration.</param>
    /// <param name="schema">A schema name that needs no quoting.</param>
    internal static void GrantSchema(this MigrationBuilder migrationBuilder, string schema) => migrationBuilder.Sql($"""
        GRANT USAGE ON SCHEMA {schema} TO platform_app, platform_reader;
        ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO platform_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO platform_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO platform_reader;
        """);
}

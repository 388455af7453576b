using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Pgvector;
using Pgvector.EntityFrameworkCore;
using Platform.Tests.Support;

namespace Platform.Tests.Polyfills.Pgvector;

public sealed class VectorMappingTests(Stack stack) : IAsyncLifetime
{
    private static int databases;

    private TestDatabase _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // Bare, without the platform's roles and extensions: what is tested here has to bring the type itself.
        var server = await stack.AdminConnectionStringAsync();
        _database = new TestDatabase($"test_vector_{Environment.ProcessId}_{Interlocked.Increment(ref databases)}", server, redis: "");
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(Cancellation);
#pragma warning disable CA2100 // the name is made above
        await using var create = new NpgsqlCommand($"CREATE DATABASE {_database.Name}", connection);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(Cancellation);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_migration_brings_type_column_and_index_and_rows_go_in_at_once()
    {
        await using var db = new DocumentContext(_database.Admin);

        await db.Database.MigrateAsync(Cancellation);
        db.Documents.Add(new Document { Id = 1, Embedding = new Vector("[1,0,0]") });
        await db.SaveChangesAsync(Cancellation);
        var type = await _database.ScalarAsync<string>(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'documents'::regclass AND attname = 'Embedding'");
        var index = await _database.ScalarAsync<string>("SELECT indexdef FROM pg_indexes WHERE tablename = 'documents' AND indexname LIKE 'IX%'");

        Assert.Equal("vector(3)", type);
        Assert.Contains("USING hnsw (\"Embedding\" vector_cosine_ops)", index, StringComparison.Ordinal);
        Assert.Equal(new Vector("[1,0,0]"), (await new DocumentContext(_database.Admin).Documents.SingleAsync(Cancellation)).Embedding);
    }

    [Fact]
    public async Task The_model_asks_for_the_column_and_the_index_that_the_migration_makes()
    {
        await using var db = new DocumentContext(_database.Admin);

        var script = db.Database.GenerateCreateScript();

        Assert.Contains("\"Embedding\" vector(3)", script, StringComparison.Ordinal);
        Assert.Contains("USING hnsw (\"Embedding\" vector_cosine_ops)", script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_distance_is_the_one_its_name_says()
    {
        await using var db = await MigratedAsync();
        var a = new float[] { 1, 2, -3 };
        var b = new float[] { -2, 0.5f, 4 };
        db.Documents.Add(new Document { Id = 1, Embedding = new Vector(a) });
        await db.SaveChangesAsync(Cancellation);
        var query = new Vector(b);

        var distances = await db.Documents.Select(d => new
        {
            L2 = d.Embedding!.L2Distance(query),
            Inner = d.Embedding!.MaxInnerProduct(query),
            Cosine = d.Embedding!.CosineDistance(query),
            L1 = d.Embedding!.L1Distance(query),
            Constant = d.Embedding!.L1Distance(new Vector("[1,2,-3]")),
            Reversed = query.L1Distance(d.Embedding!),
        }).SingleAsync(Cancellation);

        var inner = a.Zip(b, (x, y) => (double)x * y).Sum();
        var norms = Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
        Assert.Equal(Math.Sqrt(a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Sum()), distances.L2, 6);
        Assert.Equal(-inner, distances.Inner, 6);
        Assert.Equal(1 - inner / norms, distances.Cosine, 6);
        Assert.Equal(a.Zip(b, (x, y) => (double)Math.Abs(x - y)).Sum(), distances.L1, 6);
        Assert.Equal(0, distances.Constant);
        Assert.Equal(distances.L1, distances.Reversed);
    }

    [Fact]
    public async Task The_nearest_come_from_the_index()
    {
        await using var db = await MigratedAsync();
        var around = Enumerable.Range(0, 200).Select(i => (Id: i, X: (float)Math.Cos(i * Math.Tau / 200), Y: (float)Math.Sin(i * Math.Tau / 200)));
        db.Documents.AddRange(around.Select(point => new Document { Id = point.Id, Embedding = new Vector(new[] { point.X, point.Y, 0 }) }));
        await db.SaveChangesAsync(Cancellation);
        var target = around.Where(point => point.Id == 120).Select(point => new Vector(new[] { point.X * 7, point.Y * 7, 0.001f })).Single();
        var nearest = db.Documents.OrderBy(d => d.Embedding!.CosineDistance(target)).Select(d => d.Id).Take(1);

        var id = await nearest.SingleAsync(Cancellation);
        await db.Database.OpenConnectionAsync(Cancellation);
        await db.Database.ExecuteSqlAsync($"SET enable_seqscan = off", Cancellation);
        await using var explain = nearest.CreateDbCommand();
#pragma warning disable CA2100 // EF's own text
        explain.CommandText = "EXPLAIN " + explain.CommandText;
#pragma warning restore CA2100
        await using var lines = await explain.ExecuteReaderAsync(Cancellation);
        var plan = "";
        while (await lines.ReadAsync(Cancellation))
            plan += lines.GetString(0) + "\n";

        Assert.Equal(120, id);
        Assert.Contains("Index Scan using \"IX_documents_Embedding\"", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void A_distance_outside_a_query_is_an_error()
        => Assert.Throws<InvalidOperationException>(() => new Vector("[1]").CosineDistance(new Vector("[1]")));

    [Fact]
    public async Task A_vector_of_other_dimensions_is_refused_by_the_server()
    {
        await using var db = await MigratedAsync();
        db.Documents.Add(new Document { Id = 1, Embedding = new Vector("[1,2]") });

        var failure = await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(Cancellation));

        Assert.Equal(PostgresErrorCodes.DataException, Assert.IsType<PostgresException>(failure.InnerException).SqlState);
    }

    [Fact]
    public async Task Only_another_vector_is_an_update()
    {
        await using var db = await MigratedAsync();
        db.Documents.Add(new Document { Id = 1, Embedding = new Vector("[1,2,3]") });
        await db.SaveChangesAsync(Cancellation);
        var document = await db.Documents.SingleAsync(Cancellation);

        document.Embedding = new Vector("[1,2,3]");
        var same = await db.SaveChangesAsync(Cancellation);
        document.Embedding = new Vector("[1,2,4]");
        var other = await db.SaveChangesAsync(Cancellation);
        document.Embedding = null;
        var none = await db.SaveChangesAsync(Cancellation);

        Assert.Equal((0, 1, 1), (same, other, none));
        Assert.Null((await new DocumentContext(_database.Admin).Documents.SingleAsync(Cancellation)).Embedding);
    }

    [Fact]
    public async Task Every_size_passes_through_commands_copy_and_arrays_unchanged()
    {
        var builder = new NpgsqlDataSourceBuilder(_database.Admin);
        builder.UseVector();
        await using var source = builder.Build();
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using (var create = new NpgsqlCommand("CREATE EXTENSION vector; CREATE TABLE v (id int, one vector, many vector[])", connection))
            await create.ExecuteNonQueryAsync(Cancellation);
        await connection.ReloadTypesAsync(Cancellation);

        // Npgsql's buffers hold 8 KiB, 2,048 numbers: the sizes lie on both sides.
        foreach (var dimensions in (int[])[1, 256, 2047, 2048, 2049, 16_000])
        {
            var random = new Random(dimensions);
            var vectors = Enumerable.Range(0, 3).Select(_ => new Vector(Enumerable.Range(0, dimensions).Select(_ => random.NextSingle() - 0.5f).ToArray())).ToArray();

            var (one, many, missing, copied) = await StoreAndReadAsync(connection, vectors);

            Assert.Equal(vectors[0], one);
            Assert.Equal(vectors, many);
            Assert.True(missing);
            Assert.Equal(vectors[1], copied);
        }
    }

    [Fact]
    public async Task A_literal_in_generated_code_and_in_SQL_is_the_vector_itself()
    {
        await using var db = new DocumentContext(_database.Admin);
        var mapping = db.GetService<IRelationalTypeMappingSource>().FindMapping(typeof(Vector))!;
        var vector = new Vector("[1,2.5,-3E-07]");

        var code = mapping.GenerateCodeLiteral(vector);
        var sql = mapping.GenerateSqlLiteral(vector);

        Assert.Equal(vector, Expression.Lambda<Func<Vector>>(code).Compile()());
        Assert.Equal("'[1,2.5,-3E-07]'::vector", sql);
    }

    private static async Task<(Vector One, Vector[] Many, bool Missing, Vector Copied)> StoreAndReadAsync(NpgsqlConnection connection, Vector[] vectors)
    {
        await using (var insert = new NpgsqlCommand("INSERT INTO v VALUES (1, $1, $2), (2, $3, NULL)", connection))
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = vectors[0] });
            insert.Parameters.Add(new NpgsqlParameter { Value = vectors });
            insert.Parameters.Add(new NpgsqlParameter { Value = DBNull.Value, DataTypeName = "vector" });
            await insert.ExecuteNonQueryAsync(Cancellation);
        }

        await using (var copy = await connection.BeginBinaryImportAsync("COPY v (id, one) FROM STDIN BINARY", Cancellation))
        {
            await copy.StartRowAsync(Cancellation);
            await copy.WriteAsync(3, NpgsqlDbType.Integer, Cancellation);
            await copy.WriteAsync(vectors[1], Cancellation);
            await copy.CompleteAsync(Cancellation);
        }

        await using var take = new NpgsqlCommand("WITH taken AS (DELETE FROM v RETURNING *) SELECT one, many FROM taken ORDER BY id", connection);
        await using var rows = await take.ExecuteReaderAsync(Cancellation);
        await rows.ReadAsync(Cancellation);
        var (one, many) = (await rows.GetFieldValueAsync<Vector>(0, Cancellation), rows.GetFieldValue<Vector[]>(1));
        await rows.ReadAsync(Cancellation);
        var missing = await rows.IsDBNullAsync(0, Cancellation);
        await rows.ReadAsync(Cancellation);
        return (one, many, missing, rows.GetFieldValue<Vector>(0));
    }

    private async Task<DocumentContext> MigratedAsync()
    {
        var db = new DocumentContext(_database.Admin);
        await db.Database.MigrateAsync(Cancellation);
        return db;
    }

    internal sealed class Document
    {
        public int Id { get; set; }

        public Vector? Embedding { get; set; }
    }

    internal sealed class DocumentContext(string connection) : DbContext
    {
        public DbSet<Document> Documents => Set<Document>();

        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder)
            => optionsBuilder.UseNpgsql(connection, npgsql => npgsql.UseVector())
                .ConfigureWarnings(warnings => warnings.Ignore(Microsoft.EntityFrameworkCore.Diagnostics.RelationalEventId.PendingModelChangesWarning));

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.HasPostgresExtension("vector");
            modelBuilder.Entity<Document>(document =>
            {
                document.ToTable("documents");
                document.Property(d => d.Id).ValueGeneratedNever();
                document.Property(d => d.Embedding).HasMaxLength(3);
                document.HasIndex(d => d.Embedding).HasMethod("hnsw").HasOperators("vector_cosine_ops");
            });
        }
    }

    [DbContext(typeof(DocumentContext))]
    [Migration("20300101000000_Documents")]
    internal sealed class DocumentsMigration : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterDatabase().Annotation("Npgsql:PostgresExtension:vector", ",,");
            migrationBuilder.CreateTable(
                "documents",
                table => new
                {
                    Id = table.Column<int>("integer", nullable: false),
                    Embedding = table.Column<Vector>("vector(3)", maxLength: 3, nullable: true),
                },
                constraints: table => table.PrimaryKey("PK_documents", row => row.Id));
            migrationBuilder.CreateIndex("IX_documents_Embedding", "documents", "Embedding")
                .Annotation("Npgsql:IndexMethod", "hnsw")
                .Annotation("Npgsql:IndexOperators", new[] { "vector_cosine_ops" });
        }
    }
}

using Microsoft.Azure.Cosmos;
using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Versions;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>A model whose numbers are random, or as a test says.</summary>
internal static class HandMadeModel
{
    internal const string Version = "hand-made-1";

    /// <summary>Books that are numbered.</summary>
    internal static Guid[] Books(int count) => [.. Enumerable.Range(1, count).Select(n => new Guid(n, 0, 0, new byte[8]))];

    /// <summary>Random vectors and neighbours.</summary>
    internal static RecommendationModel Random(Random random, Guid[] books, int dimensions = 8)
    {
        var (starts, columns, weights) = (new List<int> { 0 }, new List<int>(), new List<float>());
        for (var row = 0; row < books.Length; row++)
        {
            foreach (var column in Enumerable.Range(0, books.Length).Where(column => column != row && random.Next(10) == 0))
            {
                columns.Add(column);
                weights.Add((float)(random.NextDouble() / 10));
            }

            starts.Add(columns.Count);
        }

        return Of(books, dimensions, Numbers(), Numbers(), new Neighbours([.. starts], [.. columns], [.. weights]));

        float[] Numbers() => [.. Enumerable.Range(0, books.Length * dimensions).Select(_ => (float)(random.NextDouble() - 0.3))];
    }

    /// <summary>Vectors of a test's own, which say of a book where it is and what it says of a reader alike.</summary>
    internal static RecommendationModel Of(Guid[] books, params float[][] vectors)
    {
        float[] rows = [.. vectors.SelectMany(vector => vector)];
        return Of(books, vectors[0].Length, rows, rows, new Neighbours(new int[books.Length + 1], [], []));
    }

    /// <summary>Has the vectors searched among.</summary>
    internal static async Task PublishAsync(this RecommendationModel model, Database database)
    {
        var container = await database.CreateContainerIfNotExistsAsync(new ContainerProperties(ModelContainers.VectorsName, "/set")
        {
            VectorEmbeddingPolicy = new VectorEmbeddingPolicy([new Embedding { Path = "/embedding", DataType = VectorDataType.Float32, Dimensions = model.Dimensions, DistanceFunction = DistanceFunction.DotProduct }]),
        });
        foreach (var book in model.Books)
            await container.Container.UpsertItemAsync(new { id = book.ToString(), set = ModelContainers.BooksOf(model.Version), embedding = model.ItemVector(book).ToArray() });
    }

    private static RecommendationModel Of(Guid[] books, int dimensions, float[] encoder, float[] items, Neighbours neighbours) =>
        new(new ModelDescription(Version, DateTimeOffset.UnixEpoch, "", dimensions), books, encoder, items, neighbours);
}

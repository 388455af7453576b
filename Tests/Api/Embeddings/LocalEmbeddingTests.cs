using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Platform.Api.Embeddings;

namespace Platform.Tests.Api.Embeddings;

public sealed class LocalEmbeddingTests
{
    [Theory]
    [InlineData("wolf", "wolves", "teapot")]
    [InlineData("The Colour of Magic", "The Color of Magic", "The Colour of Money")]
    [InlineData("Cien años de soledad", "Cien anos de soledad", "Cien años de paz")]
    [InlineData("vampires", "werewolf", "accounting")]
    [InlineData("a murder in the village", "the detective's clue", "the chef's recipe")]
    [InlineData("Harry Potter and the Goblet of Fire", "Harry Potter and the Chamber of Secrets", "The Chamber Music of Mozart")]
    public void What_means_the_same_is_nearer_than_what_does_not(string text, string near, string far)
    {
        Assert.True(Cosine(text, near) > Cosine(text, far), $"{Cosine(text, near):F3} is not above {Cosine(text, far):F3}");
    }

    [Fact]
    public void Function_words_hardly_move_a_vector()
    {
        Assert.True(Cosine("the history of the whale", "history whale") > 0.95);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?!…")]
    [InlineData("x")]
    [InlineData("the")]
    [InlineData("👩‍🚀")]
    [InlineData("吾輩は猫である")]
    [InlineData("الف ليلة وليلة")]
    [InlineData("\ud800")]
    public void Every_text_has_a_vector_of_length_one(string text)
    {
        var vector = Embed(text);

        Assert.Equal(LocalEmbedding.Dimensions, vector.Length);
        Assert.Equal(1, TensorPrimitives.Norm<float>(vector), 1e-4);
        Assert.DoesNotContain(vector, float.IsNaN);
    }

    [Fact]
    public void A_very_long_text_is_no_trouble()
    {
        Assert.Equal(1, TensorPrimitives.Norm<float>(Embed(string.Concat(Enumerable.Repeat("supercalifragilistic", 100_000)))), 1e-4);
    }

    [Fact]
    public async Task The_generator_tells_its_model_and_size()
    {
        using var generator = new LocalEmbeddingGenerator();

        var vectors = await generator.GenerateAsync(["Emma", "Persuasion"], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(2, vectors.Count);
        Assert.All(vectors, vector => Assert.Equal(LocalEmbedding.ModelId, vector.ModelId));
        Assert.Equal(LocalEmbedding.Dimensions, generator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelDimensions);
    }

    [Fact]
    public void Embedding_allocates_nothing()
    {
        var vector = new float[LocalEmbedding.Dimensions];
        LocalEmbedding.Embed("The Hound of the Baskervilles", vector);

        var before = GC.GetAllocatedBytesForCurrentThread();
        LocalEmbedding.Embed("The Hound of the Baskervilles\nArthur Conan Doyle", vector);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static float Cosine(string one, string other) => TensorPrimitives.Dot<float>(Embed(one), Embed(other));

    private static float[] Embed(string text)
    {
        var vector = new float[LocalEmbedding.Dimensions];
        LocalEmbedding.Embed(text, vector);
        return vector;
    }
}

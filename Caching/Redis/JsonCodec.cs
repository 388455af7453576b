using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Platform.Caching.Redis;

/// <summary>Any type as JSON.</summary>
internal sealed class JsonCodec<T> : ICacheCodec<T>
{
    /// <summary>The type itself is fingerprinted, so this changes only with <see cref="JsonCodec.Options"/>.</summary>
    public int Version => 1;

    public void Write(T value, IBufferWriter<byte> output)
    {
        RefuseToLose(value);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JsonCodec.Options.Encoder, SkipValidation = true });
        JsonSerializer.Serialize(json, value, JsonCodec.Options);
    }

    public T Read(ReadOnlyMemory<byte> input) => JsonSerializer.Deserialize<T>(input.Span, JsonCodec.Options)!;

    // Read back, these would be less than what was written: the base without what the derived type adds, or bare JSON.
    private static void RefuseToLose(T value)
    {
        var type = JsonCodec.Options.GetTypeInfo(typeof(T));
        if (typeof(T) == typeof(object) || (type.Kind == JsonTypeInfoKind.Object && type.PolymorphismOptions is null && value!.GetType() != typeof(T)
            && Nullable.GetUnderlyingType(typeof(T)) is null))
        {
            throw new NotSupportedException($"A {value!.GetType()} cannot be cached as {typeof(T)}: what it adds would be lost.");
        }
    }
}

/// <summary>How <see cref="JsonCodec{T}"/> writes.</summary>
internal static class JsonCodec
{
    public static JsonSerializerOptions Options { get; } = Make();

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            // Without fields a tuple is written as {}, and without a complaint.
            IncludeFields = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            // Nothing here is shown in a page; text of any script at its own size.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}

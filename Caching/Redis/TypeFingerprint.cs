using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Platform.Caching.Redis;

/// <summary>
/// Eight bytes that say how a type is written: of a codec and its version, or, for JSON, of the names and types of all that is
/// serialised, however deep. A value that an older version of the type wrote has others, and is a miss, never half read.
/// </summary>
internal static class TypeFingerprint
{
    public static ulong Of<T>(ICacheCodec<T> codec)
    {
        var text = new StringBuilder($"{codec.GetType()} {codec.Version} {typeof(T)}");
        if (codec is JsonCodec<T>)
        {
            Describe(typeof(T), text, []);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // Types are named by Type.ToString(), which leaves out assemblies and their versions: those change with every release.
    private static void Describe(Type type, StringBuilder text, HashSet<Type> described)
    {
        text.Append('\n').Append(type);
        if (!described.Add(type))
        {
            return;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            Describe(underlying, text, described);
        }
        else if (type.IsEnum)
        {
            text.Append('=').AppendJoin(',', type.GetFields().Where(f => f.IsLiteral).Select(f => $"{f.Name}:{f.GetRawConstantValue()}"));
        }
        else if (Contract(type) is { } contract)
        {
            DescribeContract(contract, text, described);
        }
    }

    private static void DescribeContract(JsonTypeInfo contract, StringBuilder text, HashSet<Type> described)
    {
        text.Append(' ').Append(contract.Kind).Append(' ').Append(contract.Converter.GetType());
        foreach (var property in contract.Properties)
        {
            text.Append("\n.").Append(property.Name).Append(property.CustomConverter?.GetType());
            Describe(property.PropertyType, text, described);
        }

        foreach (var derived in contract.PolymorphismOptions?.DerivedTypes ?? [])
        {
            text.Append("\n:").Append(derived.TypeDiscriminator);
            Describe(derived.DerivedType, text, described);
        }

        foreach (var inner in new[] { contract.KeyType, contract.ElementType })
        {
            if (inner is not null)
            {
                Describe(inner, text, described);
            }
        }
    }

    // A type that the serializer does not take has no contract; writing a value of it will say so.
    private static JsonTypeInfo? Contract(Type type)
    {
        try
        {
            return JsonCodec.Options.GetTypeInfo(type);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}

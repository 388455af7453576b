using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Platform.Caching.Memory;

/// <summary>What an object of a type takes by itself, and where its references are. Found out once for each type.</summary>
internal sealed class ObjectShape
{
    private static readonly ConcurrentDictionary<Type, ObjectShape> Known = new();

    private readonly long _fixedBytes;
    private readonly long _elementBytes;

    private ObjectShape(long fixedBytes, long elementBytes, Action<object, ObjectWalk>? addReferences)
    {
        _fixedBytes = fixedBytes;
        _elementBytes = elementBytes;
        AddReferences = addReferences;
    }

    /// <summary>Hands an object's references to a walk; null when its type has none.</summary>
    public Action<object, ObjectWalk>? AddReferences { get; }

    public static ObjectShape Of(Type type) => Known.TryGetValue(type, out var shape) ? shape : Known.GetOrAdd(type, Find);

    public long BytesOf(object instance) => _elementBytes == 0 ? _fixedBytes : Aligned(_fixedBytes + _elementBytes * LengthOf(instance));

    private static long LengthOf(object instance) => instance is string text ? text.Length : ((Array)instance).LongLength;

    private static long Aligned(long bytes) => (bytes + IntPtr.Size - 1) & -IntPtr.Size;

    private static ObjectShape Find(Type type)
    {
        if (OutlivesValues(type))
            return new ObjectShape(0, 0, null);

        // What has a finalizer holds more than memory, and cannot be made to be measured: the collector takes an object that
        // was never constructed, such as a WeakReference without its handle, for a real one and fails on it.
        if (HasFinalizer(type))
            return new ObjectShape(ObjectSize.Unmeasured, 0, null);
        try
        {
            if (type == typeof(string))
                return WithElements(1, lengths => new string(' ', lengths[0]), null);
            if (type.IsArray && type.GetElementType() is { } element)
                return WithElements(type.GetArrayRank(), lengths => Array.CreateInstance(element, lengths), ReferenceReader.OfElements(element));
            return new ObjectShape(FixedBytes(type), 0, ReferenceReader.OfFields(type));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or InvalidOperationException or MemberAccessException or TargetInvocationException)
        {
            return new ObjectShape(ObjectSize.Unmeasured, 0, null);
        }
    }

    private static ObjectShape WithElements(int rank, Func<int[], object> make, Action<object, ObjectWalk>? addReferences)
    {
        // Sizes are rounded up to whole words; over eight lengths in a row, the least remainder is free of that.
        const int from = 32;
        var sizes = Enumerable.Range(from, 9).Select(length => Allocation.Of([length, .. Enumerable.Repeat(1, rank - 1)], make)).ToArray();
        var element = (sizes[8] - sizes[0]) / 8;
        return new ObjectShape(Enumerable.Range(0, 8).Min(i => sizes[i] - (from + i) * element), element, addReferences);
    }

    private static bool HasFinalizer(Type type) =>
        type.GetMethod("Finalize", BindingFlags.Instance | BindingFlags.NonPublic, [])?.DeclaringType is { } declaring && declaring != typeof(object);

    // The runtime makes no empty delegates; but they are all alike.
    private static long FixedBytes(Type type) => type.IsAssignableTo(typeof(Delegate))
        ? Allocation.Of(type, instance => new Func<string?>(instance.ToString))
        : Allocation.Of(type, RuntimeHelpers.GetUninitializedObject);

    /// <summary>
    /// What a value merely mentions, such as the comparer of a dictionary: it is there whether the value is cached or not, and
    /// much of the runtime can be reached from it.
    /// </summary>
    private static bool OutlivesValues(Type type) =>
        type.IsAssignableTo(typeof(MemberInfo)) || type.IsAssignableTo(typeof(Assembly)) || type.IsAssignableTo(typeof(Module))
        || type.IsAssignableTo(typeof(CultureInfo)) || type == typeof(CompareInfo) || type.IsAssignableTo(typeof(Encoding))
        || type == typeof(TimeZoneInfo) || type == typeof(JsonSerializerOptions) || type.IsAssignableTo(typeof(JsonTypeInfo))
        || (type.Assembly == typeof(object).Assembly && type.GetInterfaces().Any(IsComparer));

    private static bool IsComparer(Type contract) =>
        contract == typeof(IComparer) || contract == typeof(IEqualityComparer)
        || (contract.IsGenericType && contract.GetGenericTypeDefinition() is var open
            && (open == typeof(IComparer<>) || open == typeof(IEqualityComparer<>)));
}

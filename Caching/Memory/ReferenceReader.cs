using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Platform.Caching.Memory;

/// <summary>Compiles, for a type, the code that hands the references in its instances to an <see cref="ObjectWalk"/>.</summary>
internal static class ReferenceReader
{
    private delegate void StructReader<T>(ref T value, ObjectWalk walk);

    private static readonly MethodInfo AddMethod = typeof(ObjectWalk).GetMethod(nameof(ObjectWalk.Add))!;
    private static readonly MethodInfo InlineMethod = Own(nameof(AddInlineElements));

    /// <summary>For a class, or a struct in its box; null when it holds no references.</summary>
    public static Action<object, ObjectWalk>? OfFields(Type type)
    {
        var instance = Expression.Parameter(typeof(object));
        var walk = Expression.Parameter(typeof(ObjectWalk));
        var typed = type.IsValueType ? Expression.Unbox(instance, type) : Expression.Convert(instance, type);
        var reads = Reads(typed, walk).ToList();
        return reads.Count == 0 ? null : Expression.Lambda<Action<object, ObjectWalk>>(Expression.Block(reads), instance, walk).Compile();
    }

    /// <summary>For an array of any rank; null when its elements hold no references.</summary>
    public static Action<object, ObjectWalk>? OfElements(Type element)
    {
        if (!element.IsValueType)
            return element.IsPointer || element.IsFunctionPointer ? null : AddElements;
        return (Action<object, ObjectWalk>?)Own(nameof(OfStructElements)).MakeGenericMethod(element).Invoke(null, null);
    }

    private static Action<object, ObjectWalk>? OfStructElements<T>()
    {
        if (OfStruct<T>() is not { } read)
            return null;
        return (array, walk) =>
        {
            foreach (ref var element in Elements<T>((Array)array))
                read(ref element, walk);
        };
    }

    private static StructReader<T>? OfStruct<T>()
    {
        var value = Expression.Parameter(typeof(T).MakeByRefType());
        var walk = Expression.Parameter(typeof(ObjectWalk));
        var reads = Reads(value, walk).ToList();
        return reads.Count == 0 ? null : Expression.Lambda<StructReader<T>>(Expression.Block(reads), value, walk).Compile();
    }

    private static IEnumerable<Expression> Reads(Expression instance, Expression walk)
    {
        if (instance.Type.GetCustomAttribute<InlineArrayAttribute>() is { } inline)
        {
            var element = Fields(instance.Type).Single().FieldType;
            if (ObjectShape.Of(element.MakeArrayType()).AddReferences is not null)
                yield return Expression.Call(InlineMethod.MakeGenericMethod(instance.Type, element), instance, Expression.Constant(inline.Length), walk);
            yield break;
        }

        foreach (var field in Fields(instance.Type).Where(field => !IsPlain(field.FieldType)))
        {
            var value = Expression.Field(instance, field);
            foreach (var read in field.FieldType.IsValueType ? Reads(value, walk) : [Expression.Call(walk, AddMethod, value)])
                yield return read;
        }
    }

    private static IEnumerable<FieldInfo> Fields(Type type)
    {
        const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        for (var at = type; at is not null; at = at.BaseType)
        {
            foreach (var field in at.GetFields(own))
                yield return field;
        }
    }

    private static bool IsPlain(Type type) => type.IsPrimitive || type.IsEnum || type.IsPointer || type.IsFunctionPointer;

    private static void AddElements(object array, ObjectWalk walk)
    {
        foreach (var element in Elements<object?>((Array)array))
            walk.Add(element);
    }

    private static void AddInlineElements<TInline, TElement>(ref TInline inline, int length, ObjectWalk walk) where TInline : struct
    {
        var elements = MemoryMarshal.CreateSpan(ref Unsafe.As<TInline, TElement>(ref inline), length);
        if (typeof(TElement).IsValueType)
        {
            ObjectShape.Of(typeof(TElement[])).AddReferences!(elements.ToArray(), walk);
            return;
        }

        foreach (var element in elements)
            walk.Add(element);
    }

    private static Span<T> Elements<T>(Array array) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);

    private static MethodInfo Own(string name) => typeof(ReferenceReader).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;
}

using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Platform.Tests.Polyfills;

/// <summary>Writes the public members of a type, one a line, much as C# declares them.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Describe(Type type)
    {
        var name = Name(type);
        yield return $"{Kind(type)} {name}{Bases(type)}";
        if (typeof(Delegate).IsAssignableFrom(type))
            yield break;
        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible).Where(_ => !type.IsValueType || type.GetConstructors().Length > 0))
            yield return $"{name}({Parameters(constructor)})";
        foreach (var field in type.GetFields(Declared).Where(field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName))
            yield return $"{name}.{field.Name} : {(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)}{(field.IsLiteral ? " = " + Value(field.GetRawConstantValue()) : "")}";
        foreach (var property in type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsVisible)))
            yield return $"{name}.{property.Name}{(property.GetIndexParameters().Length > 0 ? $"[{string.Join(", ", property.GetIndexParameters().Select(p => Name(p.ParameterType)))}]" : "")} : {(property.GetAccessors(nonPublic: true)[0].IsStatic ? "static " : "")}{Name(property.PropertyType)} {{ {Accessors(property)}}}";
        foreach (var @event in type.GetEvents(Declared).Where(@event => IsVisible(@event.AddMethod!)))
            yield return $"{name}.{@event.Name} : event {Name(@event.EventHandlerType!)}";
        foreach (var method in type.GetMethods(Declared).Where(method => IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) && !method.IsDefined(typeof(CompilerGeneratedAttribute))))
            yield return $"{name}.{method.Name}{Generics(method)}({(method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "")}{Parameters(method)}) : {(method.IsStatic ? "static " : "")}{Name(method.ReturnType)}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
        : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
        : (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + "class";

    private static string Bases(Type type)
    {
        if (type.IsEnum || typeof(Delegate).IsAssignableFrom(type))
            return "";
        var inherited = (type.BaseType?.GetInterfaces() ?? []).Concat(type.GetInterfaces().SelectMany(i => i.GetInterfaces())).ToHashSet();
        var bases = type.GetInterfaces().Where(i => i.IsVisible && !inherited.Contains(i)).Select(Name).Order(StringComparer.Ordinal);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            bases = bases.Prepend(Name(parent)).Order(StringComparer.Ordinal);
        var list = string.Join(", ", bases);
        return list.Length == 0 ? "" : " : " + list;
    }

    private static string Accessors(PropertyInfo property) =>
        (property.GetMethod is { } get && IsVisible(get) ? "get; " : "")
        + (property.SetMethod is not { } set || !IsVisible(set) ? ""
            : set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "")
        + $"{Name(parameter.ParameterType)} {parameter.Name}"
        + (parameter.HasDefaultValue ? " = " + Value(parameter.RawDefaultValue) : "")));

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Value(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter)
            return type.Name;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        var name = type.FullName is null ? type.Namespace + "." + type.Name : type.FullName.Split('[')[0];
        if (!type.IsGenericType)
            return name.Replace('+', '.');
        var arguments = type.GetGenericArguments().Select(Name).ToArray();
        return string.Concat(name.Split('+').Select((part, index) =>
        {
            var tick = part.IndexOf('`', StringComparison.Ordinal);
            var count = tick < 0 ? 0 : int.Parse(part[(tick + 1)..], CultureInfo.InvariantCulture);
            var own = count == 0 ? "" : $"<{string.Join(", ", arguments[..count])}>";
            arguments = arguments[count..];
            return (index == 0 ? "" : ".") + (tick < 0 ? part : part[..tick]) + own;
        }));
    }
}

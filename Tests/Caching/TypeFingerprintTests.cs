using System.Reflection;
using System.Reflection.Emit;
using System.Text.Json.Serialization;
using Platform.Caching;
using Platform.Caching.Redis;

namespace Platform.Tests.Caching;

public sealed class TypeFingerprintTests
{
    [Fact]
    public void The_same_type_of_another_build_has_the_same_fingerprint() =>
        Assert.Equal(Fingerprint(Define("Book", ("Title", typeof(string)))), Fingerprint(Define("Book", ("Title", typeof(string)))));

    [Fact]
    public void A_member_added_removed_renamed_or_of_another_type_changes_it()
    {
        Type[] versions =
        [
            Define("Book", ("Title", typeof(string))),
            Define("Book", ("Title", typeof(string)), ("Year", typeof(int))),
            Define("Book", ("Name", typeof(string))),
            Define("Book", ("Title", typeof(Uri))),
            Define("Book", ("Title", typeof(string[]))),
            Define("Book"),
        ];

        Assert.Distinct(versions.Select(Fingerprint));
    }

    [Fact]
    public void A_change_deep_inside_changes_it()
    {
        static Type Page(Type author) => Define("Page", ("Items", typeof(List<>).MakeGenericType(
            typeof(KeyValuePair<,>).MakeGenericType(typeof(int), Define("Book", ("Authors", typeof(Dictionary<,>).MakeGenericType(typeof(string), author.MakeArrayType())))))));

        Assert.Equal(Fingerprint(Page(Define("Author", ("Name", typeof(string))))), Fingerprint(Page(Define("Author", ("Name", typeof(string))))));
        Assert.NotEqual(Fingerprint(Page(Define("Author", ("Name", typeof(string))))), Fingerprint(Page(Define("Author", ("Names", typeof(string))))));
    }

    [Fact]
    public void An_enum_whose_numbers_mean_something_else_changes_it()
    {
        Type[] versions = [Enumeration("Paper", "Audio"), Enumeration("Audio", "Paper"), Enumeration("Paper", "Audio", "Epub")];

        Assert.Distinct(versions.Select(Fingerprint));
        Assert.Distinct(versions.Select(format => Fingerprint(typeof(Nullable<>).MakeGenericType(format))));
    }

    [Fact]
    public void A_type_that_holds_itself_has_one() => Assert.NotEqual(0UL, Fingerprint(typeof(Tree)));

    [Fact]
    public void Another_type_derived_from_it_changes_it() => Assert.NotEqual(Fingerprint(Polymorphic("circle")), Fingerprint(Polymorphic("disc")));

    [Fact]
    public void What_an_older_version_of_the_type_wrote_is_a_miss()
    {
        var older = Define("Book", ("Title", typeof(string)));
        var newer = Define("Book", ("Title", typeof(string)), ("Year", typeof(int)));

        var entry = (byte[])Call(nameof(WriteEmpty), older)!;

        Assert.Equal(EntryReadResult.Ok, Call(nameof(Read), older, entry));
        Assert.Equal(EntryReadResult.OtherVersion, Call(nameof(Read), newer, entry));
    }

    private static ulong Fingerprint(Type type) => (ulong)Call(nameof(FingerprintOf), type)!;

    private static ulong FingerprintOf<T>() => TypeFingerprint.Of(BuiltInCodecs.For<T>());

    private static byte[] WriteEmpty<T>() where T : new() => new EntryFormat<T>(new CacheOptions()).Write(new EntryHeader(1, 2, 3, 4, false, []), new T());

    private static EntryReadResult Read<T>(byte[] entry) => new EntryFormat<T>(new CacheOptions()).TryRead(entry, out _, out _);

    private static object? Call(string method, Type type, params object[] arguments) =>
        typeof(TypeFingerprintTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, arguments);

    // Another build of a program: a type of the same full name, in another assembly.
    private static Type Define(string name, params (string Name, Type Type)[] fields)
    {
        var type = Module().DefineType(name, TypeAttributes.Public);
        foreach (var field in fields)
        {
            type.DefineField(field.Name, field.Type, FieldAttributes.Public);
        }

        return type.CreateType();
    }

    private static Type Enumeration(params string[] names)
    {
        var type = Module().DefineEnum("Format", TypeAttributes.Public, typeof(int));
        for (var i = 0; i < names.Length; i++)
        {
            type.DefineLiteral(names[i], i);
        }

        return type.CreateType();
    }

    private static ModuleBuilder Module() =>
        AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(Guid.CreateVersion7().ToString()), AssemblyBuilderAccess.Run).DefineDynamicModule("builds");

    private static Type Polymorphic(string discriminator)
    {
        var module = Module();
        var shape = module.DefineType("Shape", TypeAttributes.Public);
        var round = module.DefineType("Round", TypeAttributes.Public, shape);
        shape.SetCustomAttribute(new CustomAttributeBuilder(typeof(JsonDerivedTypeAttribute).GetConstructor([typeof(Type), typeof(string)])!, [round, discriminator]));
        AppDomain.CurrentDomain.AssemblyResolve += (_, wanted) => wanted.Name == module.Assembly.FullName ? module.Assembly : null;
        var created = shape.CreateType();
        round.CreateType();
        return created;
    }

    public sealed record Tree(string Name, List<Tree> Below);
}

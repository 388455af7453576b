using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Platform.Api.Data;

namespace Platform.Api.Store;

/// <summary>Enums as snake_case text in the database, whose CHECK constraints list the values.</summary>
internal static class StoreEnums
{
    internal static ValueConverter<T, string> Converter<T>()
        where T : struct, Enum =>
        new(value => Text(value), text => Parse<T>(text));

    internal static string Text<T>(T value)
        where T : struct, Enum => SnakeCaseNames.Of(value.ToString());

    private static T Parse<T>(string text)
        where T : struct, Enum => Enum.GetValues<T>().First(value => Text(value) == text);
}

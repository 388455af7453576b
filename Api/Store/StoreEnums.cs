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

    /// <summary>Reads a value as it is written in requests and in the database.</summary>
    internal static bool TryParse<T>(string? text, out T value)
        where T : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            if (Text(candidate) == text)
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    private static T Parse<T>(string text)
        where T : struct, Enum => Enum.GetValues<T>().First(value => Text(value) == text);
}

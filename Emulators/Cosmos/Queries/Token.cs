namespace Platform.Emulators.Cosmos.Queries;

/// <summary>What a word of a query is.</summary>
internal enum TokenKind
{
    /// <summary>Nothing comes any more.</summary>
    End,

    /// <summary>A name or a keyword.</summary>
    Word,

    /// <summary><c>@name</c>.</summary>
    Parameter,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A string; its text is what it means, without quotes and escapes.</summary>
    String,

    /// <summary>Anything else: an operator, a bracket, a comma.</summary>
    Sign,
}

/// <summary>A word of a query.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">What it says.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End)
{
    /// <summary>Whether it is this keyword, in any case, or this sign.</summary>
    internal bool Is(string text) => Kind switch
    {
        TokenKind.Word => Text.Equals(text, StringComparison.OrdinalIgnoreCase),
        TokenKind.Sign => Text == text,
        _ => false,
    };
}

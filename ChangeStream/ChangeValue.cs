namespace Platform.ChangeStream;

/// <summary>A value of a row, as PostgreSQL writes it as text: ISO dates in UTC, <c>t</c> and <c>f</c>, <c>\x…</c> for bytes.</summary>
/// <param name="Text">The value; null for NULL, and where it was not sent.</param>
/// <param name="Absence">Why it was not sent, if so.</param>
public readonly record struct ChangeValue(string? Text, ChangeAbsence Absence = ChangeAbsence.None)
{
    /// <summary>Whether it is NULL.</summary>
    public bool IsNull => Text is null && Absence == ChangeAbsence.None;

    /// <summary>Whether it is what it was before the update, and was therefore not sent. It is not NULL.</summary>
    public bool IsUnchanged => Absence == ChangeAbsence.Unchanged;
}

/// <summary>Why a value was not sent.</summary>
public enum ChangeAbsence
{
    /// <summary>It was.</summary>
    None,

    /// <summary>PostgreSQL keeps long values apart from their rows (TOAST), and does not send those that an UPDATE left alone.</summary>
    Unchanged,

    /// <summary>Of the row as it was, the usual replica identity has only the key.</summary>
    NotInIdentity,
}

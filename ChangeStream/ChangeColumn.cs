namespace Platform.ChangeStream;

/// <summary>A column of a table as it was when the change was made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type: the name in <c>pg_type</c>, such as <c>uuid</c>, <c>timestamptz</c>, <c>_text</c> (an array) or <c>vector</c>.</param>
/// <param name="IsKey">Whether it is part of the replica identity, by which rows are told apart: the primary key, unless the table says otherwise.</param>
public sealed record ChangeColumn(string Name, string Type, bool IsKey);

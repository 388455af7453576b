namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>One entry of the machine's apt sources, from a one-line <c>.list</c> or a deb822 <c>.sources</c> file.</summary>
/// <param name="File">The file it stands in.</param>
/// <param name="Fields">Its fields in deb822 terms (<c>URIs</c>, <c>Suites</c>, <c>Components</c>, <c>Signed-By</c>…).</param>
internal sealed record AptSource(string File, IReadOnlyDictionary<string, string> Fields)
{
    private static readonly char[] Blanks = [' ', '\t', '\n'];

    public string[] Uris => Words("URIs");

    public string[] Suites => Words("Suites");

    public string[] Components => Words("Components");

    /// <summary>A keyring file, a key fingerprint, a whole key, or null: whatever apt trusts.</summary>
    public string? SignedBy => Fields.GetValueOrDefault("Signed-By");

    /// <summary>All enabled binary sources in the order apt reads them.</summary>
    public static List<AptSource> ReadAll(string aptFolder)
    {
        var parts = Path.Combine(aptFolder, "sources.list.d");
        var files = new List<string> { Path.Combine(aptFolder, "sources.list") };
        if (Directory.Exists(parts))
            files.AddRange(Directory.GetFiles(parts).Order(StringComparer.Ordinal));
        return [.. files.Where(System.IO.File.Exists).SelectMany(file => Path.GetExtension(file) switch
        {
            ".list" => ReadLines(file, System.IO.File.ReadAllLines(file)),
            ".sources" => ReadStanzas(file, System.IO.File.ReadAllLines(file)),
            _ => [], // apt ignores other names too: backups, disabled files
        })];
    }

    // deb [signed-by=/usr/share/keyrings/x.gpg arch=amd64] uri suite component...
    private static IEnumerable<AptSource> ReadLines(string file, string[] lines)
    {
        foreach (var line in lines)
        {
            var text = line.Split('#')[0].Trim();
            if (!text.StartsWith("deb", StringComparison.Ordinal) || text.Length < 4 || !char.IsWhiteSpace(text[3]) || text.Contains("cdrom:", StringComparison.Ordinal))
                continue;
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            var rest = text[3..].TrimStart();
            if (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is > 0 and var end)
            {
                foreach (var option in rest[1..end].Split(Blanks, StringSplitOptions.RemoveEmptyEntries))
                {
                    if (option.Split('=', 2) is [var name, var value])
                        fields[name.TrimEnd('+', '-')] = value.Replace(',', ' ');
                }
                rest = rest[(end + 1)..];
            }
            if (rest.Split(Blanks, StringSplitOptions.RemoveEmptyEntries) is not [var uri, var suite, .. var components])
                continue;
            fields["URIs"] = uri;
            fields["Suites"] = suite;
            fields["Components"] = string.Join(' ', components);
            yield return new(file, fields);
        }
    }

    // Stanzas are separated by blank lines; a line that begins with a blank goes on with the field above it.
    private static IEnumerable<AptSource> ReadStanzas(string file, string[] lines)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? last = null;
        foreach (var line in lines.Append(""))
        {
            if (line.StartsWith('#'))
                continue;
            if (string.IsNullOrWhiteSpace(line))
            {
                if (IsEnabledBinary(fields))
                    yield return new(file, fields);
                fields = new(StringComparer.OrdinalIgnoreCase);
                last = null;
            }
            else if (char.IsWhiteSpace(line[0]) && last is not null)
            {
                fields[last] += "\n" + line.TrimEnd();
            }
            else if (line.Split(':', 2) is [var name, var value])
            {
                last = name.Trim();
                fields[last] = value.Trim();
            }
        }
    }

    private static bool IsEnabledBinary(Dictionary<string, string> fields) =>
        fields.ContainsKey("URIs")
        && fields.GetValueOrDefault("Types", "").Split(Blanks).Contains("deb")
        && !string.Equals(fields.GetValueOrDefault("Enabled"), "no", StringComparison.OrdinalIgnoreCase);

    private string[] Words(string field) =>
        Fields.GetValueOrDefault(field, "").Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
}

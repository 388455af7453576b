using Aspire.Hosting.Engineless.Provisioning;

namespace Platform.Tests.Polyfills;

/// <summary>The package source is the machine's own one with another suite.</summary>
public sealed class ProvisioningSourceTests : IDisposable
{
    private readonly ProvisioningFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_deb822_source_keeps_its_mirrors_and_its_keyring()
    {
        var source = SourceOf(
            "debian bookworm",
            ("sources.list.d/debian.sources", """
                # written by the installer
                Types: deb deb-src
                URIs: http://one.example/debian
                  http://two.example/debian
                Suites: bookworm bookworm-updates
                # not all of it
                Components: main contrib
                Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

                Types: deb
                URIs: http://one.example/debian-security
                Suites: bookworm-security
                Components: main
                Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
                """));

        Assert.Equal(
            """
            Types: deb
            URIs: http://one.example/debian http://two.example/debian
            Suites: trixie
            Components: main
            Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

            """, source);
    }

    [Fact]
    public void A_one_line_source_keeps_its_options()
    {
        var source = SourceOf("debian bullseye", ("sources.list", """
            #deb cdrom:[Debian GNU/Linux 11 _Bullseye_]/ bullseye main
            deb-src http://mirror.example/debian bullseye main
            deb [ arch=amd64 signed-by=/etc/keys/company.gpg check-valid-until=no ] https://mirror.example/debian/ bullseye main non-free # ours
            """));

        Assert.Contains("\nURIs: https://mirror.example/debian/\n", source, StringComparison.Ordinal);
        Assert.Contains("\nSigned-By: /etc/keys/company.gpg\n", source, StringComparison.Ordinal);
        Assert.Contains("\nCheck-Valid-Until: no\n", source, StringComparison.Ordinal);
        Assert.DoesNotContain("arch", source, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_key_written_into_the_source_is_kept_whole()
    {
        var source = SourceOf("debian bookworm", ("sources.list.d/debian.sources", """
            Types: deb
            URIs: mirror+file:/etc/apt/mirrors/debian.list
            Suites: bookworm
            Components: main
            Signed-By:
             -----BEGIN PGP PUBLIC KEY BLOCK-----
             .
             abc
             -----END PGP PUBLIC KEY BLOCK-----
            """));

        Assert.EndsWith("Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----\n", source, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_peoples_archives_are_passed_over()
    {
        var source = SourceOf(
            "debian bookworm",
            ("sources.list.d/a.list", "deb [signed-by=/etc/keys/a.gpg] http://a.example/debian bookworm main\ndeb http://a.example/tools stable main"),
            ("sources.list.d/b.sources.disabled", "Types: deb\nURIs: http://b.example/debian\nSuites: bookworm\nComponents: main"),
            ("sources.list.d/c.sources", "Types: deb\nEnabled: no\nURIs: http://c.example/debian\nSuites: bookworm\nComponents: main"),
            ("sources.list.d/z.list", "deb http://own.example/debian bookworm main"));

        Assert.Contains("\nURIs: http://own.example/debian\n", source, StringComparison.Ordinal);
    }

    [Fact]
    public void An_Ubuntu_that_carries_PostgreSQL_17_uses_its_own_archive()
    {
        var source = SourceOf("ubuntu questing", ("sources.list.d/ubuntu.sources", """
            Types: deb
            URIs: http://ubuntu.example/ubuntu/
            Suites: questing questing-updates
            Components: main universe
            Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg
            """));

        Assert.Contains("\nURIs: http://ubuntu.example/ubuntu/\nSuites: questing\nComponents: main universe\n", source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ubuntu noble", "no PostgreSQL 17 in its own archive")]
    [InlineData("arch ", "no PostgreSQL 17 in its own archive")]
    [InlineData("debian bookworm", "No apt source of debian's own main archive is enabled")]
    public void A_machine_without_a_usable_source_is_told_so(string system, string told)
    {
        var exception = Assert.Throws<ProvisioningException>(() => SourceOf(system, ("sources.list", "deb http://ubuntu.example/ubuntu noble main universe")));

        Assert.Contains(told, exception.Message, StringComparison.Ordinal);
    }

    private string SourceOf(string system, params (string File, string Text)[] files)
    {
        _folder.CreateFolder("sources.list.d");
        foreach (var (file, text) in files)
        {
            File.WriteAllText(_folder.InFolder(file), text);
        }

        File.WriteAllText(_folder.InFolder("os-release"), $"ID={system.Split(' ')[0]}\nVERSION_CODENAME=\"{system.Split(' ')[1]}\"\n");
        var machine = _folder.MachineWith(_folder.Path) with { Mirror = null };
        return PackageSuite.For(machine).SourceFor(machine);
    }
}

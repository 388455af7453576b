using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Api.Data;

/// <summary>
/// What PostgreSQL stores in place of a password: <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c> (RFC 5803).
/// Made here, because a password in a statement may end up in the server's log.
/// </summary>
internal static class ScramVerifier
{
    private const int Iterations = 4096;

    /// <summary>Makes a verifier with a fresh salt.</summary>
    internal static string Create(string password) => Create(password, RandomNumberGenerator.GetBytes(16), Iterations);

    /// <summary>Whether <paramref name="verifier"/>, as found in <c>pg_authid</c>, was made from this password.</summary>
    internal static bool Matches(string? verifier, string password)
    {
        if (verifier?.Split('$') is not ["SCRAM-SHA-256", var parameters, _] || parameters.Split(':') is not [var iterations, var salt])
        {
            return false;
        }

        var expected = Create(password, Convert.FromBase64String(salt), int.Parse(iterations, CultureInfo.InvariantCulture));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(verifier));
    }

    private static string Create(string password, byte[] salt, int iterations)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, 32);
        var storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}";
    }
}

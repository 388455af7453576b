using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Npgsql;
using Platform.LoadTests.Http;

namespace Platform.LoadTests;

/// <summary>
/// <c>bench accounts</c>: whether the time of an answer tells that an address has an account. Passwords are hashed with as few
/// rounds as are allowed: the hash is noise that would hide the rest.
/// </summary>
internal static class AccountsBench
{
    // 0.5 is a coin: how often one would be right who took the slower of two answers for the one of an account.
    private const double MostTold = 0.6;
    private const string Name = "platform_bench_accounts";
    private const string Password = "quite a long secret";
    private static readonly Option<int> Pairs = new("--pairs") { DefaultValueFactory = _ => 400, Description = "Answers of each kind" };

    internal static Command Create()
    {
        var accounts = new Command("accounts", "Do times tell whether an address has an account?") { BenchRedis.Redis, Pairs };
        accounts.SetAction(RunAsync);
        return accounts;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var stack = await BenchStack.StartAsync(arguments, cancellationToken);
        await using var redis = await BenchRedis.StartAsync(arguments, cancellationToken);
        var database = await stack.CreateDatabaseAsync(Name, fresh: true, cancellationToken);
        using var api = BenchApi.Start(database, redis.Configuration, new Dictionary<string, string>
        {
            ["Cache__Namespace"] = Name, ["Identity__HashIterations"] = "10000", ["Identity__MaxFailedLogins"] = "1000",
        });
        using var client = new HttpClient { BaseAddress = api.Address };
        await api.ReadyAsync(client, "/alive", cancellationToken);
        await RegisterAsync("known@example.org");
        await RegisterAsync("locked@example.org");
        await using (var owner = NpgsqlDataSource.Create(database.Owner))
        await using (var command = owner.CreateCommand("UPDATE identity.users SET lockout_end = now() + interval '1 day' WHERE email = 'locked@example.org'"))
            await command.ExecuteNonQueryAsync(cancellationToken);

        var n = 0;
        var pairs = arguments.GetValue(Pairs);
        var isHidden = await CompareAsync("login, unknown address", () => LogInAsync($"unknown-{n++}@example.org", "wrong"), "login, wrong password", () => LogInAsync("known@example.org", "wrong"));
        isHidden &= await CompareAsync("login, unknown address", () => LogInAsync($"unknown-{n++}@example.org", "wrong"), "login, locked account, right password", () => LogInAsync("locked@example.org", Password));
        isHidden &= await CompareAsync("registration, free address", () => RegisterAsync($"new-{n++}@example.org"), "registration, taken address", () => RegisterAsync("known@example.org"));
        await redis.ForgetAsync(Name);
        return isHidden ? 0 : 1;

        Task LogInAsync(string email, string password) => SendAsync("login", new { email, password });

        Task RegisterAsync(string email) => SendAsync("register", new { email, password = Password });

        async Task SendAsync(string what, object body)
        {
            using var answer = await client.PostAsJsonAsync("/api/v1/auth/" + what, body, cancellationToken);
            await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        }

        async Task<bool> CompareAsync(string one, Func<Task> ofOne, string other, Func<Task> ofOther)
        {
            var times = (One: new List<double>(), Other: new List<double>());
            for (var pair = -pairs / 10; pair < pairs; pair++)
            {
                // Which of the two comes first must not matter either.
                var (first, second) = pair % 2 == 0 ? (await TimeAsync(ofOne), await TimeAsync(ofOther)) : (0, 0);
                if (pair % 2 != 0)
                    (second, first) = (await TimeAsync(ofOther), await TimeAsync(ofOne));
                if (pair < 0)
                    continue;
                times.One.Add(first);
                times.Other.Add(second);
            }

            // The area under the ROC curve: of all pairs, in how many the other took longer.
            var slower = times.One.Average(a => times.Other.Average(b => b > a ? 1 : b == a ? 0.5 : 0));
            var told = Math.Max(slower, 1 - slower);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{Figures(one, times.One)}\n{Figures(other, times.Other)}\nA guess by one answer's time is right in {told:P1}; goal at most {MostTold:P0}: {(told <= MostTold ? "reached" : "MISSED")}"));
            return told <= MostTold;
        }

        static Measured Figures(string what, List<double> times)
        {
            var figures = new Measured(what, "ms");
            times.ForEach(figures.Add);
            return figures;
        }
    }

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var began = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}

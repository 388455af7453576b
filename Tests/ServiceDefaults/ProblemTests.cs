using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using StackExchange.Redis;

namespace Platform.Tests.ServiceDefaults;

public sealed partial class ProblemTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync(
        app =>
        {
            app.MapGet("/numbers", (int limit, Guid? id, [Range(1, 50)] int? few) => limit);
            app.MapPost("/books", (Book book) => book);
            app.MapGet("/gone", () => TypedResults.NotFound());
            app.MapGet("/invalid", () => TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["Authors[0].BirthYear"] = ["too late"] }));
            app.MapGet("/bug", string () => throw new InvalidOperationException("Password=hunter2"));
            app.MapGet("/database-away", string () => throw new InvalidOperationException(
                "An exception has been raised that is likely due to a transient failure.",
                new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused))));
            app.MapGet("/pool-exhausted", string () => throw new NpgsqlException("The connection pool has been exhausted", new TimeoutException()));
            app.MapGet("/redis-away", string () => throw new RedisConnectionException(ConnectionFailureType.SocketFailure, "no connection"));
            app.MapGet("/socket-closed", string () => throw new ObjectDisposedException("System.Net.Sockets.Socket"));
            app.MapGet("/redis-frozen", string () => throw new RedisTimeoutException("no answer", CommandStatus.Sent));
            app.MapGet("/syntax-error", string () => throw new PostgresException("syntax error", "ERROR", "ERROR", PostgresErrorCodes.SyntaxError));
            app.MapGet("/forever", async (CancellationToken cancellation) =>
            {
                _entered.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(cancellation);
            });
        },
        builder => builder.Services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow),
        ("Requests:Timeout", "00:00:01"));

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("/nowhere", 404)]
    [InlineData("/gone", 404)]
    [InlineData("/bug", 500)]
    [InlineData("/syntax-error", 500)]
    public async Task Every_error_is_a_problem_with_a_trace_id(string path, int status)
    {
        var response = await _service.Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        var body = await ProblemAsync(response, status);
        Assert.Matches(TraceId(), body.GetProperty("traceId").GetString());
        Assert.NotEmpty(body.GetProperty("title").GetString()!);
        Assert.NotEmpty(body.GetProperty("detail").GetString()!);
        Assert.DoesNotContain("hunter2", body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_accepts_no_json_gets_the_problem_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));

        var response = await _service.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Matches(TraceId(), (await ProblemAsync(response, 404)).GetProperty("traceId").GetString());
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task Callers_get_the_same_problem_in_every_environment(string environment)
    {
        await using var service = await TestService.StartAsync(
            app => app.MapGet("/bug", string () => throw new InvalidOperationException("Password=hunter2")),
            configure: null, ("environment", environment));

        var response = await service.Client.GetAsync(new Uri("/bug", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.DoesNotContain("hunter2", (await ProblemAsync(response, 500)).GetRawText(), StringComparison.Ordinal);
        Assert.Single(service.Logs.Entries, entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_wrong_method_is_told_the_right_one()
    {
        var response = await _service.Client.DeleteAsync(new Uri("/books", UriKind.Relative), TestContext.Current.CancellationToken);

        var body = await ProblemAsync(response, 405);
        Assert.Equal("DELETE is not allowed here. Allowed: POST.", body.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("/numbers?limit=abc", "limit", "'abc' is not a valid whole number.")]
    [InlineData("/numbers?limit=99999999999999", "limit", "'99999999999999' is not a valid whole number.")]
    [InlineData("/numbers?limit=1&few=x", "few", "'x' is not a valid whole number from 1 to 50.")]
    [InlineData("/numbers", "limit", "A value is required.")]
    [InlineData("/numbers?limit=1&id=%22x%22%0A", "id", "'\"x\"\n' is not a valid id (a UUID).")]
    public async Task A_value_that_cannot_be_read_names_its_field(string path, string field, string message)
    {
        var response = await _service.Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(message, Error(await ProblemAsync(response, 400), field));
    }

    [Theory]
    [InlineData("{\"title\":", "title", "not valid JSON")]
    [InlineData("{\"title\":1}", "title", "not of the type expected here (line 1")]
    [InlineData("{\"title\":\"t\",\"details\":{\"pages\":\"many\"}}", "details.pages", "not of the type")]
    [InlineData("{\"title\":\"t\",\"colour\":\"red\"}", "colour", "There is no field 'colour'.")]
    [InlineData("", "body", "")]
    public async Task A_body_that_cannot_be_read_names_its_field(string json, string field, string message)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");

        var response = await _service.Client.PostAsync(new Uri("/books", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Contains(message, Error(await ProblemAsync(response, 400), field), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_content_type_than_json_is_415()
    {
        using var content = new StringContent("title=t", Encoding.UTF8, "application/x-www-form-urlencoded");

        var response = await _service.Client.PostAsync(new Uri("/books", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Contains("application/json", (await ProblemAsync(response, 415)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_one_mebibyte_is_413()
    {
        using var content = new StringContent($"{{\"title\":\"{new string('x', 1_048_576)}\"}}", Encoding.UTF8, "application/json");

        var response = await _service.Client.PostAsync(new Uri("/books", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Contains("1048576 bytes", (await ProblemAsync(response, 413)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validation_errors_name_fields_as_json_does()
    {
        var response = await _service.Client.GetAsync(new Uri("/invalid", UriKind.Relative), TestContext.Current.CancellationToken);

        var body = await ProblemAsync(response, 400);
        Assert.Equal("too late", Error(body, "authors[0].birthYear"));
        Assert.Matches(TraceId(), body.GetProperty("traceId").GetString());
    }

    [Theory]
    [InlineData("/database-away")]
    [InlineData("/socket-closed")]
    [InlineData("/pool-exhausted")]
    [InlineData("/redis-away")]
    [InlineData("/redis-frozen")]
    [InlineData("/forever")]
    public async Task A_dependency_that_is_away_is_503_with_a_time_to_come_back(string path)
    {
        var response = await _service.Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        await ProblemAsync(response, 503);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        Assert.DoesNotContain(_service.Logs.Entries, entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_request_that_its_client_gave_up_is_no_error()
    {
        using var giveUp = new CancellationTokenSource();
        var ended = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await TestService.StartAsync(
            app => app.MapGet("/forever", async (HttpContext context) =>
            {
                context.Response.OnCompleted(() =>
                {
                    ended.TrySetResult(context.Response.StatusCode);
                    return Task.CompletedTask;
                });
                _entered.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
            }));

        var request = service.Client.GetAsync(new Uri("/forever", UriKind.Relative), giveUp.Token);
        await _entered.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        Assert.Equal(499, await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.DoesNotContain(service.Logs.Entries, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_fault_of_ours_is_logged_once_with_its_cause()
    {
        await _service.Client.GetAsync(new Uri("/bug", UriKind.Relative), TestContext.Current.CancellationToken);

        var error = Assert.Single(_service.Logs.Entries, entry => entry.Level >= LogLevel.Error);
        Assert.Equal("GET /bug failed", error.Message);
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, int status)
    {
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var (_, body) = await TestService.ReadJsonAsync(response);
        Assert.Equal(status, body.GetProperty("status").GetInt32());
        return body;
    }

    private static string? Error(JsonElement problem, string field) =>
        problem.GetProperty("errors").GetProperty(field).EnumerateArray().Single().GetString();

    [GeneratedRegex("^[0-9a-f]{32}$")]
    private static partial Regex TraceId();

    private sealed record Book(string Title, Details? Details);

    private sealed record Details(int Pages);
}

using System.Globalization;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds Redis servers.</summary>
public static class RedisBuilderExtensions
{
    private const string DataPath = "/data";

    /// <summary>Adds a Redis server with a password generated on the first run.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="port">The port callers use; <see langword="null"/> for any free one.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port) =>
        builder.AddRedis(name, port, password: null);

    /// <summary>Adds a Redis server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="port">The port callers use; <see langword="null"/> for any free one.</param>
    /// <param name="password">Its password; <see langword="null"/> for one generated on the first run.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Connection strings of StackExchange.Redis cannot quote a comma: no special characters.
        var redis = new RedisResource(name, password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));

        var check = $"{name}_check";
        builder.Services.AddHealthChecks().AddAsyncCheck(check, cancellationToken => PingAsync(redis, cancellationToken));
        return builder.AddResource(redis)
            .WithEndpoint(port: port, targetPort: 6379, name: RedisResource.PrimaryEndpointName)
            .WithImage("library/redis", "8.2")
            .WithImageRegistry("docker.io")
            .WithHealthCheck(check)
            .WithEnvironment(context =>
            {
                if (redis.PasswordParameter is { } secret)
                    context.EnvironmentVariables["REDIS_PASSWORD"] = secret;
            })
            .WithArgs(context =>
            {
                if (redis.Persistence is not var (interval, keysChanged))
                    return;
                context.Args.Add("--save");
                context.Args.Add(interval.TotalSeconds.ToString(CultureInfo.InvariantCulture));
                context.Args.Add(keysChanged.ToString(CultureInfo.InvariantCulture));
            });
    }

    /// <summary>Keeps the data in a volume, and turns persistence on.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The volume; by default one of this application and resource.</param>
    /// <param name="isReadOnly">Whether the server may only read.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), DataPath, isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Keeps the data in a folder of the machine, and turns persistence on.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="source">The folder, relative to the AppHost's.</param>
    /// <param name="isReadOnly">Whether the server may only read.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<RedisResource> WithDataBindMount(this IResourceBuilder<RedisResource> builder, string source, bool isReadOnly = false)
    {
        builder.WithBindMount(source, DataPath, isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Writes a snapshot of the data now and then, and at the end.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="interval">How often; by default every 60 seconds.</param>
    /// <param name="keysChangedThreshold">Least number of changes since the last one.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<RedisResource> WithPersistence(this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1)
    {
        builder.Resource.Persistence = (interval ?? TimeSpan.FromSeconds(60), keysChangedThreshold);
        return builder;
    }

    /// <summary>Sets the port callers use.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="port">The port; <see langword="null"/> for any free one.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<RedisResource> WithHostPort(this IResourceBuilder<RedisResource> builder, int? port) =>
        builder.WithEndpoint(RedisResource.PrimaryEndpointName, endpoint => endpoint.Port = port);

    /// <summary>Sets the password.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="password">The password; <see langword="null"/> for none.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<RedisResource> WithPassword(this IResourceBuilder<RedisResource> builder, IResourceBuilder<ParameterResource>? password)
    {
        builder.Resource.PasswordParameter = password?.Resource;
        return builder;
    }

    private static async Task<HealthCheckResult> PingAsync(RedisResource redis, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(redis.PrimaryEndpoint.Host, redis.PrimaryEndpoint.Port, cancellationToken).ConfigureAwait(false);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, leaveOpen: true);
        if (redis.PasswordParameter is { } parameter)
        {
            var password = await parameter.GetValueAsync(cancellationToken).ConfigureAwait(false);
            await SendAsync("AUTH", password!).ConfigureAwait(false);
            if (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is not "+OK" and var refusal)
                return HealthCheckResult.Unhealthy(refusal);
        }
        await SendAsync("PING").ConfigureAwait(false);
        // A server that is still loading its data answers -LOADING.
        return await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is "+PONG" ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy();

        ValueTask SendAsync(params string[] parts) => stream.WriteAsync(
            System.Text.Encoding.UTF8.GetBytes($"*{parts.Length}\r\n" + string.Concat(parts.Select(part => $"${System.Text.Encoding.UTF8.GetByteCount(part)}\r\n{part}\r\n"))), cancellationToken);
    }
}

using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Platform.Tests.Polyfills;

/// <summary>What a model means before anything runs.</summary>
public sealed class AspireHostingModelTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("1api")]
    [InlineData("api-")]
    [InlineData("my--api")]
    [InlineData("my_api")]
    public void A_name_that_is_not_letters_digits_and_single_hyphens_is_refused(string name)
    {
        using var builder = DistributedApplicationTestingBuilder.Create();

        Assert.ThrowsAny<ArgumentException>(() => builder.AddContainer(name, "redis"));
    }

    [Fact]
    public void Two_resources_cannot_have_names_that_differ_in_case_only()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddRedis("cache");

        var refused = Assert.Throws<DistributedApplicationException>(() => builder.AddPostgres("Cache"));

        Assert.Contains("'Cache'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_takes_its_value_from_configuration()
    {
        using var builder = DistributedApplicationTestingBuilder.Create("--Parameters:color=green");
        var plain = builder.AddParameter("color");

        var value = await plain.Resource.GetValueAsync(Ct);

        Assert.Equal("green", value);
    }

    [Fact]
    public async Task Configuration_overrules_the_default_of_a_parameter()
    {
        using var builder = DistributedApplicationTestingBuilder.Create("--Parameters:secret=given");
        var withValue = builder.AddParameter("secret", "default");
        var generated = builder.AddParameter("other", new GenerateParameterDefault { MinLength = 22 }, secret: true, persist: true);

        Assert.Equal("given", await withValue.Resource.GetValueAsync(Ct));
        Assert.Equal(await generated.Resource.GetValueAsync(Ct), await generated.Resource.GetValueAsync(Ct));
    }

    [Fact]
    public async Task A_parameter_without_value_names_the_missing_setting()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var parameter = builder.AddParameter("color");

        var missing = await Assert.ThrowsAsync<MissingParameterValueException>(async () => await parameter.Resource.GetValueAsync(Ct));

        Assert.Contains("'Parameters:color'", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_generated_value_holds_what_it_is_told_to_hold()
    {
        var kinds = new GenerateParameterDefault { MinLength = 22, Special = false, MinLower = 3, MinUpper = 4, MinNumeric = 5 };

        var value = kinds.GetDefaultValue();

        Assert.Equal(22, value.Length);
        Assert.All(value, c => Assert.True(char.IsAsciiLetterOrDigit(c)));
        Assert.True(value.Count(char.IsAsciiLetterLower) >= 3 && value.Count(char.IsAsciiLetterUpper) >= 4 && value.Count(char.IsAsciiDigit) >= 5);
        Assert.NotEqual(value, kinds.GetDefaultValue());
    }

    [Fact]
    public async Task An_expression_is_filled_when_it_is_asked_and_keeps_braces_of_its_text()
    {
        using var builder = DistributedApplicationTestingBuilder.Create("--Parameters:password=p{0}w");
        var password = builder.AddParameter("password", secret: true);
        var expression = ReferenceExpression.Create($"{{user}}={"me"};Password={password}");

        var value = await expression.GetValueAsync(Ct);

        Assert.Equal("{user}=me;Password=p{0}w", value);
        Assert.Equal("{user}=me;Password={password.value}", expression.ValueExpression);
        Assert.Same(password.Resource, Assert.Single(expression.ValueProviders));
    }

    [Fact]
    public async Task Connection_strings_have_the_form_their_clients_read()
    {
        using var builder = DistributedApplicationTestingBuilder.Create("--Parameters:postgres-password=pw", "--Parameters:redis-password=rw");
        var postgres = builder.AddPostgres("postgres");
        var database = postgres.AddDatabase("platform", "books");
        var redis = builder.AddRedis("redis");
        Allocate(postgres.GetEndpoint("tcp"), 5433);
        Allocate(redis.GetEndpoint("tcp"), 6380);

        Assert.Equal("Host=localhost;Port=5433;Username=postgres;Password=pw", await postgres.Resource.GetConnectionStringAsync(Ct));
        Assert.Equal("Host=localhost;Port=5433;Username=postgres;Password=pw;Database=books", await database.Resource.ConnectionStringExpression.GetValueAsync(Ct));
        Assert.Equal("localhost:6380,password=rw", await redis.Resource.GetConnectionStringAsync(Ct));
    }

    [Fact]
    public async Task References_become_connection_strings_and_service_discovery_variables()
    {
        using var builder = DistributedApplicationTestingBuilder.Create("--Parameters:redis-password=rw");
        var redis = builder.AddRedis("redis");
        var api = builder.AddResource(new ProjectResource("api")).WithHttpEndpoint(port: 5100);
        Allocate(redis.GetEndpoint("tcp"), 6380);
        Allocate(api.GetEndpoint("http"), 5101);
        var consumer = builder.AddExecutable("consumer", "sh", ".")
            .WithReference(redis)
            .WithReference(redis, connectionName: "cache")
            .WithReference(api)
            .WithEnvironment("API", api.GetEndpoint("http"))
            .WithEnvironment("PORT", $"{api.GetEndpoint("http").Property(EndpointProperty.Port)}!");

        var variables = await VariablesAsync(builder, consumer.Resource);

        Assert.Equal("localhost:6380,password=rw", variables["ConnectionStrings__redis"]);
        Assert.Equal("localhost:6380,password=rw", variables["ConnectionStrings__cache"]);
        Assert.Equal("http://localhost:5101", variables["services__api__http__0"]);
        Assert.Equal("http://localhost:5101", variables["API"]);
        Assert.Equal("5101!", variables["PORT"]);
    }

    [Fact]
    public void An_endpoint_that_is_missing_or_not_placed_yet_says_so()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var redis = builder.AddRedis("redis");

        Assert.False(redis.GetEndpoint("http").Exists);
        Assert.Contains("`http` is not defined", Assert.Throws<InvalidOperationException>(() => redis.GetEndpoint("http").Url).Message, StringComparison.Ordinal);
        Assert.Contains("`tcp` is not allocated", Assert.Throws<InvalidOperationException>(() => redis.GetEndpoint("tcp").Url).Message, StringComparison.Ordinal);
        Assert.Throws<DistributedApplicationException>(() => redis.WithEndpoint(name: "tcp"));
    }

    [Fact]
    public void Changing_an_endpoint_changes_the_one_there_is()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var redis = builder.AddRedis("redis", port: 6379).WithHostPort(6400);

        redis.WithEndpoint("tcp", endpoint => endpoint.IsExternal = true);

        var endpoint = Assert.Single(redis.Resource.GetEndpoints()).EndpointAnnotation;
        Assert.Equal((6400, 6379, true), (endpoint.Port, endpoint.TargetPort, endpoint.IsExternal));
    }

    [Theory]
    [InlineData("prom/prometheus", "v3", "prom/prometheus:v3")]
    [InlineData("prom/prometheus:v2", null, "prom/prometheus:v2")]
    [InlineData("localhost:5000/tool", null, "localhost:5000/tool:latest")]
    public void An_image_is_a_name_with_a_tag(string image, string? tag, string expected)
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var container = tag is null ? builder.AddContainer("tool", image) : builder.AddContainer("tool", image, tag);

        Assert.True(container.Resource.TryGetContainerImageName(out var name));
        Assert.Equal(expected, name);
    }

    [Fact]
    public void Bind_mounts_are_relative_to_the_app_host_and_volumes_are_named_after_it()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var redis = builder.AddRedis("redis").WithBindMount("../settings", "/etc/redis", isReadOnly: true);

        var mount = Assert.Single(redis.Resource.Annotations.OfType<ContainerMountAnnotation>());
        Assert.Equal(Path.GetFullPath(Path.Combine(builder.AppHostDirectory, "../settings")), mount.Source);
        Assert.Equal(VolumeNameGenerator.Generate(redis, "data"), VolumeNameGenerator.Generate(redis, "data"));
        Assert.EndsWith("-redis-data", VolumeNameGenerator.Generate(redis, "data"), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => VolumeNameGenerator.Generate(redis, "no/folders"));
    }

    [Fact]
    public void A_resource_cannot_wait_for_itself()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var redis = builder.AddRedis("redis");

        Assert.Throws<DistributedApplicationException>(() => redis.WaitFor(redis));
    }

    [Fact]
    public async Task Resources_that_wait_for_each_other_are_refused_at_the_start()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var first = builder.AddExecutable("first", "true", ".");
        var second = builder.AddExecutable("second", "true", ".").WaitFor(first);
        first.WaitFor(second);
        await using var app = await builder.BuildAsync(Ct);

        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync(Ct));

        Assert.Equal("Resources wait for each other: first -> second -> first.", refused.Message);
    }

    private static void Allocate(EndpointReference endpoint, int port) =>
        endpoint.EndpointAnnotation.AllocatedEndpoint = new AllocatedEndpoint(endpoint.EndpointAnnotation, "localhost", port, port.ToString(CultureInfo.InvariantCulture));

    private static async Task<Dictionary<string, string?>> VariablesAsync(IDistributedApplicationTestingBuilder builder, ExecutableResource resource)
    {
        var context = new EnvironmentCallbackContext(builder.ExecutionContext, resource, cancellationToken: Ct);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(context);
        var values = new Dictionary<string, string?>();
        foreach (var (name, value) in context.EnvironmentVariables)
            values[name] = value is IValueProvider provider ? await provider.GetValueAsync(Ct) : (string)value;
        return values;
    }
}

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A PostgreSQL server.</summary>
public class PostgresServerResource : ContainerResource, IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";

    private readonly Dictionary<string, string> _databases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes a server.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="userName">The superuser; <see langword="null"/> for <c>postgres</c>.</param>
    /// <param name="password">The superuser's password.</param>
    public PostgresServerResource(string name, ParameterResource? userName, ParameterResource password)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(password);
        PrimaryEndpoint = new EndpointReference(this, PrimaryEndpointName);
        UserNameParameter = userName;
        PasswordParameter = password;
    }

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The superuser; <see langword="null"/> for <c>postgres</c>.</summary>
    public ParameterResource? UserNameParameter { get; set; }

    /// <summary>The superuser's password.</summary>
    public ParameterResource PasswordParameter { get; set; }

    /// <summary>Its databases: resource name to database name.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={PrimaryEndpoint.Property(EndpointProperty.Host)};Port={PrimaryEndpoint.Property(EndpointProperty.Port)};Username={UserNameReference};Password={PasswordParameter}");

    internal ReferenceExpression UserNameReference => UserNameParameter is null ? ReferenceExpression.Create($"postgres") : ReferenceExpression.Create($"{UserNameParameter}");

    /// <inheritdoc cref="IResourceWithConnectionString.GetConnectionStringAsync"/>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);

    internal void AddDatabase(string name, string databaseName) => _databases.TryAdd(name, databaseName);
}

/// <summary>A database of a PostgreSQL server.</summary>
public class PostgresDatabaseResource : Resource, IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString
{
    /// <summary>Makes a database.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="databaseName">The database's name.</param>
    /// <param name="postgresParentResource">Its server.</param>
    public PostgresDatabaseResource(string name, string databaseName, PostgresServerResource postgresParentResource)
        : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(databaseName);
        ArgumentNullException.ThrowIfNull(postgresParentResource);
        DatabaseName = databaseName;
        Parent = postgresParentResource;
    }

    /// <summary>Its server.</summary>
    public PostgresServerResource Parent { get; }

    /// <summary>The database's name.</summary>
    public string DatabaseName { get; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent.ConnectionStringExpression};Database={DatabaseName}");
}

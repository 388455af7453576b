namespace Platform.LoadTests.Run.Stacks;

/// <summary>The stack that is loaded, and what of it can be looked into.</summary>
/// <param name="Apis">Where the Api is; asked in turn when there are several.</param>
/// <param name="Realtime">Where the nodes of the realtime service are.</param>
internal sealed record LoadedStack(IReadOnlyList<Uri> Apis, IReadOnlyList<Uri> Realtime)
{
    /// <summary>A superuser's connection string to its database; null when it cannot be looked into.</summary>
    internal string? Database { get; init; }

    /// <summary>The connection string of the event store; null when it cannot be looked into.</summary>
    internal string? EventStore { get; init; }

    /// <summary>The password of the first administrator; null when nothing can be written.</summary>
    internal string? AdminPassword { get; init; }

    /// <summary>How many may buy: a stack that limits registrations lets fewer of them in.</summary>
    internal int Buyers { get; init; } = 8;
}

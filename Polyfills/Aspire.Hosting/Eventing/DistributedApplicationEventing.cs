using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

/// <summary>Something that happened to the application.</summary>
public interface IDistributedApplicationEvent;

/// <summary>Something that happened to a resource.</summary>
public interface IDistributedApplicationResourceEvent : IDistributedApplicationEvent
{
    /// <summary>The resource.</summary>
    IResource Resource { get; }

    /// <summary>The application's services.</summary>
    IServiceProvider Services { get; }
}

/// <summary>Lets code of the AppHost take part in what happens to the application.</summary>
public interface IDistributedApplicationEventing
{
    /// <summary>Calls back whenever the event happens.</summary>
    /// <typeparam name="T">The event.</typeparam>
    /// <param name="callback">Called; what happened goes on when it has finished.</param>
    /// <returns>The subscription.</returns>
    DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationEvent;

    /// <summary>Calls back whenever the event happens to a resource.</summary>
    /// <typeparam name="T">The event.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <param name="callback">Called; what happened goes on when it has finished.</param>
    /// <returns>The subscription.</returns>
    DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationResourceEvent;

    /// <summary>Ends a subscription.</summary>
    /// <param name="subscription">The subscription.</param>
    void Unsubscribe(DistributedApplicationEventSubscription subscription);

    /// <summary>Calls every subscriber, one after the other.</summary>
    /// <typeparam name="T">The event.</typeparam>
    /// <param name="event">What happened.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that completes when all have finished.</returns>
    Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
        where T : IDistributedApplicationEvent;
}

/// <inheritdoc/>
public class DistributedApplicationEventing : IDistributedApplicationEventing
{
    private readonly Lock _gate = new();
    private readonly List<(Type Event, DistributedApplicationEventSubscription Subscription)> _subscriptions = [];

    /// <inheritdoc/>
    public DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationEvent
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Add(typeof(T), new DistributedApplicationEventSubscription((@event, cancellationToken) => callback((T)@event, cancellationToken)));
    }

    /// <inheritdoc/>
    public DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationResourceEvent
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(callback);
        return Add(typeof(T), new DistributedApplicationEventSubscription((@event, cancellationToken) =>
            ((T)@event).Resource == resource ? callback((T)@event, cancellationToken) : Task.CompletedTask));
    }

    /// <inheritdoc/>
    public void Unsubscribe(DistributedApplicationEventSubscription subscription)
    {
        lock (_gate)
            _subscriptions.RemoveAll(entry => entry.Subscription == subscription);
    }

    /// <inheritdoc/>
    public async Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
        where T : IDistributedApplicationEvent
    {
        DistributedApplicationEventSubscription[] subscribers;
        lock (_gate)
            subscribers = [.. _subscriptions.Where(entry => entry.Event == typeof(T)).Select(entry => entry.Subscription)];
        foreach (var subscriber in subscribers)
            await subscriber.Callback(@event, cancellationToken).ConfigureAwait(false);
    }

    private DistributedApplicationEventSubscription Add(Type type, DistributedApplicationEventSubscription subscription)
    {
        lock (_gate)
            _subscriptions.Add((type, subscription));
        return subscription;
    }
}

/// <summary>A subscription to an event.</summary>
/// <param name="callback">Called when the event happens.</param>
public class DistributedApplicationEventSubscription(Func<IDistributedApplicationEvent, CancellationToken, Task> callback)
{
    /// <summary>Called when the event happens.</summary>
    public Func<IDistributedApplicationEvent, CancellationToken, Task> Callback { get; } = callback;
}

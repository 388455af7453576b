using Platform.Analytics.Events;
using Platform.Analytics.Ingest;

namespace Platform.Analytics.Forgetting;

/// <summary>Keeps what belongs to somebody who asked to be forgotten from getting into the event store, whenever it comes.</summary>
/// <remarks>
/// Who asks is written down before anything of the same delivery is stored and before that is confirmed. So a delivery that is
/// repeated after a crash finds it written, and leaves out what was removed since.
/// </remarks>
internal sealed class Forgetfulness(ForgottenUsers users, EventContainers containers)
{
    private readonly HashSet<Guid> _forgotten = [];

    /// <summary>Reads who has asked, as far as it is not known: another instance may have had the slot since.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken) =>
        _forgotten.UnionWith(await containers.InsistAsync(users.AllAsync, cancellationToken).ConfigureAwait(false));

    /// <summary>Takes out of events what must not be stored, whether it happened before or after it was asked.</summary>
    /// <param name="events">In order.</param>
    /// <param name="cancellationToken">Ends it; then it has to be done again.</param>
    /// <returns>What is to be stored, in order.</returns>
    internal async Task<IReadOnlyList<AnalyticsEvent>> ApplyAsync(IReadOnlyList<AnalyticsEvent> events, CancellationToken cancellationToken)
    {
        foreach (var one in events)
        {
            if (ForgetMessage.UserOf(one) is not { } user)
                continue;
            await containers.InsistAsync(async ended =>
            {
                await users.AddAsync(new ForgottenUser(user, one.At, one.Position), ended).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
            _forgotten.Add(user);
        }

        return _forgotten.Count == 0 ? events : [.. events.Select(Without).OfType<AnalyticsEvent>()];
    }

    /// <summary>What of an event may be stored; null when nothing.</summary>
    internal AnalyticsEvent? Without(AnalyticsEvent one)
    {
        if (PersonalData.UserOf(one) is not { } user || !_forgotten.Contains(user))
            return one;
        return one.Stream == PersonalData.StreamOf(user) ? null : one with { Data = PersonalData.Without(one.Data) };
    }
}

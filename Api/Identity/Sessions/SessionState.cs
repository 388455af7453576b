namespace Platform.Api.Identity.Sessions;

/// <summary>What is cached of a session (family <c>user</c>): until when its access tokens are good. Nothing of what somebody is called or where they are.</summary>
/// <param name="UserId">Whose it is.</param>
/// <param name="SessionId">Which one.</param>
/// <param name="GoodUntil">The least time there is when it has ended, or never was.</param>
internal sealed record SessionState(Guid UserId, Guid SessionId, DateTimeOffset GoodUntil);

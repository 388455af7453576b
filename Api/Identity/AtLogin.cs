using Platform.Api.Data;

namespace Platform.Api.Identity;

/// <summary>
/// What a capability does when somebody logs in, registered as a service. It runs in the login's transaction, which acts for
/// the user: what it writes is there when the session is, and not otherwise.
/// </summary>
internal delegate Task AtLogin(HttpContext http, Guid userId, PlatformDbContext db, CancellationToken cancellationToken);

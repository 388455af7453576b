using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Api.Data;

namespace Platform.Api.Identity;

/// <summary>
/// What a capability does when somebody deletes their account, registered as a service. It runs in the deletion's transaction, which
/// acts for the user and for staff: it takes the user's name off what stays. What is the user's alone goes with the user's row.
/// </summary>
/// <returns>Why it cannot be now; null when it is done.</returns>
internal delegate Task<ProblemHttpResult?> AtDeletion(Guid userId, PlatformDbContext db, CancellationToken cancellationToken);

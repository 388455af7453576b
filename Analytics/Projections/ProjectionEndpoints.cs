using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Analytics.Access;
using Platform.Analytics.Projections.Feed;
using Platform.Analytics.Projections.Generations;

namespace Platform.Analytics.Projections;

/// <summary><c>/analytics/projections</c>: how far they are, and building them anew, for administrators.</summary>
internal static class ProjectionEndpoints
{
    internal static void MapProjections(this WebApplication app)
    {
        var projections = app.MapGroup("/analytics/projections").ForAdministrators();
        projections.MapGet("/", Get);
        projections.MapPost("/rebuild", Rebuild);
    }

    /// <summary>How far projections are.</summary>
    /// <param name="Serving">Those that are read.</param>
    /// <param name="Building">Those that will take their place; null when none are built.</param>
    internal sealed record ProjectionStatus(GenerationStatus Serving, GenerationStatus? Building);

    /// <summary>How far a generation is.</summary>
    /// <param name="Generation">Which one.</param>
    /// <param name="Events">How many events are in it.</param>
    /// <param name="AsOf">The greatest position among them; null when there are none.</param>
    internal sealed record GenerationStatus(int Generation, long Events, string? AsOf);

    private static async Task<Ok<ProjectionStatus>> Get(ProjectionContainers containers, GenerationStore generations, CancellationToken cancellationToken) =>
        TypedResults.Ok(await StatusAsync(await generations.FindAsync(cancellationToken) ?? GenerationState.First, containers, cancellationToken));

    private static async Task<Accepted<ProjectionStatus>> Rebuild(ProjectionContainers containers, GenerationStore generations, CancellationToken cancellationToken)
    {
        await containers.MakeAsync(cancellationToken);
        var state = await generations.ChangeAsync(state => state.Rebuilt(), cancellationToken);
        return TypedResults.Accepted("/analytics/projections", await StatusAsync(state, containers, cancellationToken));
    }

    private static async Task<ProjectionStatus> StatusAsync(GenerationState state, ProjectionContainers containers, CancellationToken cancellationToken)
    {
        var checkpoints = new CheckpointStore(containers.State);
        return new ProjectionStatus(await OfAsync(state.Generation), state.Building is { } building ? await OfAsync(building) : null);

        async Task<GenerationStatus> OfAsync(int generation)
        {
            var checkpoint = await checkpoints.FindAsync(generation, cancellationToken);
            return new GenerationStatus(generation, checkpoint?.Events ?? 0, checkpoint?.Position is { Length: > 0 } position ? position : null);
        }
    }
}

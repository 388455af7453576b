using Microsoft.Extensions.DependencyInjection;

namespace Platform.ServiceDefaults;

internal static class ProblemAnswers
{
    public static void AddProblemAnswers(this IServiceCollection services) => services.AddProblemDetails();
}

using Platform.Api.Identity;
using Platform.Api.Store.Carts;

namespace Platform.Api.Store;

/// <summary>Adds what the store does besides answering: its parts that outlive a request, and what it does at a login.</summary>
internal static class StoreExtensions
{
    internal static void AddStore(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CartCookie>();
        builder.Services.AddSingleton<CartMerge>();
        builder.Services.AddSingleton<AtLogin>(services => services.GetRequiredService<CartMerge>().RunAsync);
    }
}

using Platform.Api.Identity;
using Platform.Api.Store.Carts;
using Platform.Api.Store.Orders;
using Platform.ServiceDefaults;

namespace Platform.Api.Store;

/// <summary>Adds what the store does besides answering: its parts that outlive a request, and what it does at a login.</summary>
internal static class StoreExtensions
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddStore(this WebApplicationBuilder builder)
    {
        var settings = StoreSettings.From(builder.Configuration);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<CartCookie>();
        builder.Services.AddSingleton<CartMerge>();
        builder.Services.AddSingleton<AtLogin>(services => services.GetRequiredService<CartMerge>().RunAsync);
        builder.Services.AddSingleton<AtDeletion>(OrdersOfNobody.MakeAsync);
        builder.Services.AddMeasurements<OrderTelemetry>();
        builder.Services.AddMeasurements<CartTelemetry>();
        builder.Services.AddScoped<Checkout>();
        builder.Services.AddSingleton<Payments>();
        if (settings.TestPayments)
        {
            builder.Services.AddSingleton<IPaymentGateway, DevelopmentPaymentGateway>();
        }

        builder.Services.AddScoped<OrderSteps>();
        builder.Services.AddHostedService<StoreUpkeep>();
    }
}

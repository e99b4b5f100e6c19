/* The engine plugin `softgait.policy`, for hosts that link it instead of loading it.
 *
 * softgait_plugin.so registers itself when it is loaded, so most hosts need nothing of this. Two
 * do: one whose MuJoCo is linked statically, so that the plugin cannot find it (link
 * libsoftgait_plugin.a), and one that loaded the library before MuJoCo.
 */

#ifndef SOFTGAIT_PLUGIN_H_
#define SOFTGAIT_PLUGIN_H_

#ifdef __cplusplus
extern "C" {
#endif

/** Register the plugin with this process's MuJoCo. Return 0 when it is registered, also when it was
 *  already; -1, and one line on stderr, when the MuJoCo is of another version than those that the
 *  plugin was built for. Call it before a model that names the plugin is loaded. */
int softgait_plugin_register(void);

#ifdef __cplusplus
}
#endif

#endif /* SOFTGAIT_PLUGIN_H_ */
